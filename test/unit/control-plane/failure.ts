/** The message with which a promise rejects; an error of its own when it does not. */
export async function failureOf(promise: Promise<unknown>): Promise<string> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  if (!outcome) throw new Error('It did not fail');
  return outcome.error instanceof Error ? outcome.error.message : String(outcome.error);
}
