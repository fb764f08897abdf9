/** Our own limit below the tenant's, for `requestBudget` under 100 percent. */
export interface Budget {
  readyAt(now: number, share: number, rate: number, limit: number, proven: boolean): number;
  sent(now: number, share: number, rate: number): void;
}

/**
 * Requests go out in groups of three rather than one by one: the tenant's rate shows only in a
 * bucket that is not full, and the share follows from the rate.
 */
const GROUP = 3;
/** The last of a group waits for nearly one token: finding two tells of a higher rate. */
const MEASURING_GAP = 0.9;

/** A bucket with `share` (0 to 1) of the tenant's rate, and of its burst where that is over three. */
export function createBudget(): Budget {
  let used = 0;
  let at: number | undefined;
  let left = 0;
  let groupAt = -Infinity;

  function advance(now: number, share: number, rate: number): void {
    if (at !== undefined && now > at) used = Math.max(0, used - share * rate * (now - at));
    at = Math.max(at ?? now, now);
  }

  return {
    readyAt(now, share, rate, limit, proven) {
      if (share >= 1) return now;
      advance(now, share, rate);
      if (left === 1 && proven) return groupAt + MEASURING_GAP / rate;
      if (left > 0) return now;
      const over = used + GROUP - Math.max(GROUP, share * limit);
      return over <= 1e-9 ? now : now + over / (share * rate);
    },
    sent(now, share, rate) {
      advance(now, share, rate);
      if (left === 0) {
        left = GROUP;
        groupAt = now;
      }
      left -= 1;
      used += 1;
    },
  };
}
