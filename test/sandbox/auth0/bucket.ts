import type { Limit } from './limits.ts';

/**
 * When a bucket gets more: all the time, at each whole second, or at the top of each minute (then it
 * holds a whole minute's requests, and `burst` means nothing). Auth0's pages say the latter two.
 */
export type Refill = 'continuous' | 'per-second' | 'top-of-minute';

/** A token bucket. All times are milliseconds on one timeline that never goes back. */
export interface Bucket {
  /** The most that it holds. */
  readonly limit: number;
  /** Whole requests that it allows now. */
  remaining(at: number): number;
  /** Takes one if there is one. */
  take(at: number): boolean;
  /** When at least one more request will be added; `at` itself when it is full. */
  moreAt(at: number): number;
}

/** Sums of fractions miss whole numbers by less than this. */
const TINY = 1e-6;
const SECOND = 1000;
const MINUTE = 60_000;

/** A bucket that is full at `at`. */
export function openBucket(limit: Limit, refill: Refill, at: number): Bucket {
  const capacity = refill === 'top-of-minute' ? limit.perMinute : limit.burst;
  let level = capacity;
  let last = at;

  function advance(to: number): void {
    if (to <= last) return;
    level = Math.min(capacity, level + REFILLS[refill].added(last, to, limit.perMinute));
    last = to;
  }

  return {
    limit: capacity,
    remaining(at) {
      advance(at);
      return Math.floor(level + TINY);
    },
    take(at) {
      advance(at);
      if (level + TINY < 1) return false;
      level = Math.max(0, level - 1);
      return true;
    },
    moreAt(at) {
      advance(at);
      if (level >= capacity - TINY) return at;
      const missing = Math.floor(level + TINY) + 1 - level;
      return REFILLS[refill].moreAt(at, missing, limit.perMinute);
    },
  };
}

interface RefillRule {
  /** Requests added from one moment to another. */
  added(from: number, to: number, perMinute: number): number;
  /** When this part of a request will have been added. */
  moreAt(at: number, missing: number, perMinute: number): number;
}

const REFILLS: Readonly<Record<Refill, RefillRule>> = {
  continuous: {
    added: (from, to, perMinute) => ((to - from) * perMinute) / MINUTE,
    moreAt: (at, missing, perMinute) => at + (missing * MINUTE) / perMinute,
  },
  'per-second': {
    added: (from, to, perMinute) =>
      ((Math.floor(to / SECOND) - Math.floor(from / SECOND)) * perMinute) / 60,
    moreAt: (at, missing, perMinute) =>
      (Math.floor(at / SECOND) + Math.ceil((missing * 60) / perMinute - TINY)) * SECOND,
  },
  'top-of-minute': {
    added: (from, to, perMinute) =>
      Math.floor(to / MINUTE) > Math.floor(from / MINUTE) ? perMinute : 0,
    moreAt: (at) => (Math.floor(at / MINUTE) + 1) * MINUTE,
  },
};
