/** A number in [0, 1), as `Math.random` gives it; a parameter, so that tests are repeatable. */
export type Random = () => number;

export interface Backoff {
  /** Longest wait before the first retry. */
  readonly firstMs: number;
  /** Longest wait before any retry. */
  readonly capMs: number;
}

/**
 * The wait in milliseconds before retry number `attempt` (from 0): the ceiling doubles with each
 * attempt up to `capMs`, and the wait lies in the ceiling's upper half, so that many callers that
 * failed together do not come back together.
 */
export function backoffDelay(backoff: Backoff, attempt: number, random: Random): number {
  const ceiling = Math.min(backoff.capMs, backoff.firstMs * 2 ** Math.min(attempt, 30));
  return ceiling / 2 + (ceiling / 2) * random();
}

/** `ms` made longer by up to a tenth, so that objects with the same interval drift apart. */
export function jittered(ms: number, random: Random): number {
  return ms * (1 + 0.1 * random());
}
