/**
 * Runs `work` over `items`, at most `width` at a time, in their order of start. Resolves when all
 * that was started has ended. Once `signal` aborts or `work` rejects, nothing new is started and the
 * signal that `work` was given aborts, so that nobody waits any longer for a turn; the first
 * rejection, if any, is then thrown.
 */
export async function pool<Item>(
  items: Iterable<Item>,
  width: number,
  work: (item: Item, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  let failed: { readonly error: unknown } | undefined;

  async function worker(): Promise<void> {
    while (!either.aborted) {
      const next = queue.next();
      if (next.done === true) return;
      try {
        await work(next.value, either);
      } catch (error) {
        failed ??= { error };
        stop.abort(error);
      }
    }
  }

  await Promise.all(Array.from({ length: width }, worker));
  if (failed !== undefined) throw failed.error;
}
