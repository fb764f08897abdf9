/**
 * Runs `work` over `items`, at most `width` at a time, in their order of start. Resolves when all
 * that was started has ended. Once `signal` aborts or `work` rejects nothing new is started; the
 * first rejection, if any, is then thrown.
 */
export async function pool<Item>(
  items: Iterable<Item>,
  width: number,
  work: (item: Item) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  let failed: { readonly error: unknown } | undefined;

  async function worker(): Promise<void> {
    while (failed === undefined && !signal.aborted) {
      const next = queue.next();
      if (next.done === true) return;
      try {
        await work(next.value);
      } catch (error) {
        failed ??= { error };
      }
    }
  }

  await Promise.all(Array.from({ length: width }, worker));
  if (failed !== undefined) throw failed.error;
}
