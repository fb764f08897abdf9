/** What the announced resets of one bucket are worth. Times are milliseconds. */
export interface Resets {
  /** The time that is announced now, if it is still to come. */
  next(): number | undefined;
  /** Whether a request may rely on tokens having come at that time. */
  kept(): boolean;
  /** Whether no token ever comes before that time, so that waiting for less is vain. */
  exact(): boolean;
  /**
   * An answer: taken at `at`, `gained` tokens since the one before, `expected` by the learnt rate.
   */
  judge(at: number, gained: number, expected: number): void;
  /** What that answer announces itself. */
  announce(resetAt: number | undefined, at: number): void;
}

/** The server's clock may be a little behind ours when a reset is due. */
export const RESET_MARGIN_MS = 50;
/** Never rely on a reset later than this: a wrong header must not stop us. */
const LONGEST_RESET_MS = 60_000;
/** Vain waits in a row, without one early token, after which resets count as exact. */
const EXACT_AFTER = 2;
/** How much one early token speaks against that. */
const EARLY_TOKEN = -8;
const NEARLY_ONE_TOKEN = 0.9;
/**
 * Exact resets are waited for, so nothing shows whether tokens come before them: after so many one
 * request tries again, the next time after twice as many. Two answers that came late may look exact.
 */
const FIRST_PATIENCE = 8;
const LONGEST_PATIENCE = 512;

/**
 * Auth0 documents the reset as the time when requests are added, and does not say whether they also
 * come before: some buckets refill in steps, others all the time. Both are seen by comparing.
 */
export function createResets(): Resets {
  let resetAt: number | undefined;
  let keptScore = 0;
  let exactScore = 0;
  let waits = 0;
  let patience = FIRST_PATIENCE;

  function doubtExactness(): void {
    if (exactScore < EXACT_AFTER) return;
    waits += 1;
    if (waits < patience) return;
    waits = 0;
    patience = Math.min(patience * 2, LONGEST_PATIENCE);
    exactScore = EXACT_AFTER - 1;
  }

  return {
    next: () => resetAt,
    kept: () => keptScore >= 0,
    exact: () => exactScore >= EXACT_AFTER,
    judge(at, gained, expected) {
      if (resetAt === undefined) return;
      if (at >= resetAt) {
        keptScore = gained > 0 ? Math.min(keptScore + 1, 3) : keptScore - 2;
        doubtExactness();
      } else if (gained > 0) exactScore = EARLY_TOKEN;
      else if (expected >= NEARLY_ONE_TOKEN) exactScore = Math.min(exactScore + 1, 3);
    },
    announce(announced, at) {
      resetAt =
        announced !== undefined && announced > at
          ? Math.min(announced, at + LONGEST_RESET_MS) + RESET_MARGIN_MS
          : undefined;
    },
  };
}
