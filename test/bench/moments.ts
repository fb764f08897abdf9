/** The most of these moments that lie within so many seconds. */
export function mostWithin(sorted: readonly number[], seconds: number): number {
  let most = 0;
  let from = 0;
  for (const [index, at] of sorted.entries()) {
    while ((sorted[from] ?? at) < at - seconds) from += 1;
    most = Math.max(most, index - from + 1);
  }
  return most;
}

/** The most that had begun and not ended at any moment; both sorted. */
export function mostAtOnce(begun: readonly number[], ended: readonly number[]): number {
  let most = 0;
  let done = 0;
  for (const [index, at] of begun.entries()) {
    while ((ended[done] ?? Infinity) <= at) done += 1;
    most = Math.max(most, index + 1 - done);
  }
  return most;
}
