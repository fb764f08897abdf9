/** A limit that can only be felt: no header tells of it, a 429 does. Times are milliseconds. */
export interface BlindLimit {
  readyAt(now: number): number;
  sent(now: number): void;
  accepted(): void;
  refused(now: number): void;
  /** Requests per millisecond; Infinity while nothing is known of a limit. */
  rate(): number;
}

/** Growth per accepted request until the first refusal: doubles within 14 requests. */
const START_GROWTH = 0.05;
/**
 * Afterwards the rate grows so slowly that some 300 requests pass between two refusals, and faster
 * the longer there was none, since the limit may have risen.
 */
const STEADY_GROWTH = 0.000_2;
const CALM_REQUESTS = 300;
/** A refusal soon after another says that the first cut was too small. */
const SOON_REQUESTS = 50;
const DEEP_CUT = 0.85;
const CUT = 0.95;

/** Additive increase, multiplicative decrease, over a bucket of `burst` requests. */
export function createBlindLimit(startRate: number, burst: number): BlindLimit {
  let rate = startRate;
  let tokens = burst - 1;
  let at: number | undefined;
  let sinceRefusal = 0;
  let started = false;
  let cutAt = -Infinity;

  function advance(now: number): void {
    if (at !== undefined && now > at) tokens = Math.min(burst, tokens + rate * (now - at));
    at = Math.max(at ?? now, now);
  }

  return {
    readyAt(now) {
      advance(now);
      return tokens >= 1 ? now : now + (1 - tokens) / rate;
    },
    sent(now) {
      advance(now);
      tokens -= 1;
    },
    accepted() {
      sinceRefusal += 1;
      const steady = STEADY_GROWTH * Math.max(1, sinceRefusal / CALM_REQUESTS) ** 2;
      rate *= 1 + (started ? Math.min(START_GROWTH, steady) : START_GROWTH);
    },
    refused(now) {
      tokens = Math.min(tokens, 0);
      // Requests that were under way together are refused together: that is one sign, not many.
      if (now - cutAt < 1 / rate) return;
      rate *= sinceRefusal < SOON_REQUESTS || !started ? DEEP_CUT : CUT;
      cutAt = now;
      started = true;
      sinceRefusal = 0;
    },
    rate: () => rate,
  };
}
