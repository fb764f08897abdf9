import { createBlindLimit, type BlindLimit } from './blind.ts';

/** The bucket over all endpoints that no header reports, if the tenant has one. */
export interface TenantWide {
  readyAt(now: number): number;
  sent(now: number): void;
  accepted(): void;
  /** A 429 that no endpoint's bucket explains; nothing goes out before `until`, or later. */
  refused(now: number, until: number): void;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** A refusal within this time of the last pause's end says that the pause was too short. */
const RECENT_MS = 2_000;
/** Requests over which our own rate is taken when the limit shows for the first time. */
const RECENT_REQUESTS = 32;

/**
 * Nothing is held back until a 429 shows that there is such a bucket. Then all endpoints pause,
 * longer each time it repeats, and go on a little slower than the rate that was refused.
 */
export function createTenantWide(): TenantWide {
  const sendTimes: number[] = [];
  let limit: BlindLimit | undefined;
  let pausedUntil = -Infinity;
  let pauseMs = FIRST_PAUSE_MS;

  function recentRate(now: number): number {
    const since = sendTimes[0] ?? now;
    return Math.max(1, sendTimes.length) / Math.max(1_000, now - since);
  }

  return {
    readyAt(now) {
      return Math.max(pausedUntil, limit?.readyAt(now) ?? now);
    },
    sent(now) {
      limit?.sent(now);
      sendTimes.push(now);
      if (sendTimes.length > RECENT_REQUESTS) sendTimes.shift();
    },
    accepted: () => limit?.accepted(),
    refused(now, until) {
      if (now >= pausedUntil) {
        const repeated = now - pausedUntil < RECENT_MS;
        pauseMs = repeated ? Math.min(pauseMs * 2, LONGEST_PAUSE_MS) : FIRST_PAUSE_MS;
        pausedUntil = Math.max(until, now + pauseMs);
      }
      limit ??= createBlindLimit(recentRate(now), 1);
      limit.refused(now);
    },
  };
}
