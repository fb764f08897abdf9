import { createBlindLimit, type BlindLimit } from './blind.ts';
import type { DocumentedLimit } from './endpoint.ts';

/** The bucket over all endpoints that no header reports, if the tenant has one. */
export interface TenantWide {
  readyAt(now: number): number;
  sent(now: number): void;
  accepted(): void;
  /** The plan is known, and with it the documented bucket over all endpoints. */
  expect(documented: DocumentedLimit): void;
  /** A 429 that tells itself when that bucket has tokens again. */
  drained(now: number, until: number): void;
  /** A 429 that no bucket explains; nothing goes out before `until`, or later. */
  refused(now: number, until: number): void;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** A refusal within this time of the last pause's end says that the pause was too short. */
const RECENT_MS = 2_000;
/** The share that is left to other clients of the tenant. */
const RESERVE = 0.1;
/** Requests over which our own rate is taken when the limit shows for the first time. */
const RECENT_REQUESTS = 32;

/**
 * No answer reports this bucket, so it is paced by what is documented for the plan, times `speedUp`,
 * or, when nothing is known, not at all until a 429 shows that there is one. Then all endpoints pause,
 * longer each time it repeats, and go on a little slower than the rate that was refused.
 */
export function createTenantWide(speedUp: () => number): TenantWide {
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
    expect({ burst, perMinute }) {
      const ours = burst - Math.max(1, Math.floor(burst * RESERVE));
      limit ??= createBlindLimit({
        rate: perMinute / 60_000,
        burst: Math.max(1, ours),
        guessed: false,
        speedUp,
      });
    },
    drained(now, until) {
      pausedUntil = Math.max(pausedUntil, until);
      limit?.refused(now);
    },
    refused(now, until) {
      if (now >= pausedUntil) {
        const repeated = now - pausedUntil < RECENT_MS;
        pauseMs = repeated ? Math.min(pauseMs * 2, LONGEST_PAUSE_MS) : FIRST_PAUSE_MS;
        pausedUntil = Math.max(until, now + pauseMs);
      }
      limit ??= createBlindLimit({ rate: recentRate(now), burst: 1, guessed: true });
      limit.refused(now);
    },
  };
}
