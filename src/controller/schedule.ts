import { isStalling, type FaultReason } from '../api/reasons.ts';
import { backoffDelay, jittered, type Random } from '../time/backoff.ts';

/** The first retry after a fault that may pass by itself. */
const FIRST_RETRY_MS = 5_000;
/** No object is left alone longer than this after a fault: what was mended outside is found. */
const LONGEST_RETRY_MS = 5 * 60_000;
/** Retries of a fault that only a person can mend keep at least this distance. */
const SHORTEST_STALLED_MS = 10_000;

/**
 * Milliseconds until the next sync: the nap after a sync that ran to its end; otherwise a backoff
 * that grows with `failures` (from 1); and where a person must act, a slow retry, so that a mended
 * cause outside the cluster is found without help.
 */
export function delayUntilNext(
  napMs: number,
  fault: FaultReason | undefined,
  failures: number,
  random: Random,
): number {
  if (fault === undefined) return jittered(napMs, random);
  const capMs = Math.min(Math.max(napMs, SHORTEST_STALLED_MS), LONGEST_RETRY_MS);
  if (isStalling(fault)) return jittered(capMs, random);
  return backoffDelay({ firstMs: FIRST_RETRY_MS, capMs }, failures - 1, random);
}

/** No delay that `delayUntilNext` gives for this nap is longer, in milliseconds. */
export function longestDelay(napMs: number): number {
  return jittered(Math.max(napMs, SHORTEST_STALLED_MS), () => 1);
}
