/** A limit that can only be felt: no header tells of it, a 429 does. Times are milliseconds. */
export interface BlindLimit {
  readyAt(now: number): number;
  sent(now: number): void;
  /** A request was accepted: the rate grows if this limit is what holds requests back. */
  accepted(): void;
  refused(now: number): void;
  /** Requests per millisecond. */
  rate(): number;
}

/** Growth per accepted request away from a guess, until the first refusal: doubles within five. */
const START_GROWTH = 0.15;
/**
 * Afterwards the rate grows so slowly that some 300 requests pass between two refusals, and faster
 * the longer there was none, since the limit may have risen.
 */
const STEADY_GROWTH = 0.000_1;
const CALM_REQUESTS = 300;
/** A refusal soon after another says that the first cut was too small. */
const SOON_REQUESTS = 50;
const DEEP_CUT = 0.85;
const CUT = 0.95;

/** Where to start from. */
export interface BlindLimitOptions {
  /** Requests per millisecond to start with. */
  readonly rate: number;
  /** How many may go at once. */
  readonly burst: number;
  /** The rate is a guess to be left quickly; otherwise it is grown from with care. */
  readonly guessed: boolean;
  /** How many times faster than documented the tenant is; 1 by default. */
  readonly speedUp?: () => number;
}

/** Additive increase, multiplicative decrease, over a bucket of `burst` requests. */
export function createBlindLimit(options: BlindLimitOptions): BlindLimit {
  const { burst, guessed, speedUp = () => 1 } = options;
  let base = options.rate;
  let tokens = burst;
  let at: number | undefined;
  let sinceRefusal = 0;
  let refusals = 0;
  let held = false;
  let uncredited = 0;
  let cutAt = -Infinity;

  const rate = (): number => base * speedUp();

  function advance(now: number): void {
    if (at !== undefined && now > at) tokens = Math.min(burst, tokens + rate() * (now - at));
    at = Math.max(at ?? now, now);
  }

  return {
    readyAt(now) {
      advance(now);
      if (tokens >= 1) return now;
      held = true;
      return now + (1 - tokens) / rate();
    },
    sent(now) {
      advance(now);
      tokens -= 1;
      if (held) uncredited += 1;
      held = false;
    },
    accepted() {
      if (uncredited === 0) return;
      uncredited -= 1;
      sinceRefusal += 1;
      const steady = STEADY_GROWTH * Math.max(1, sinceRefusal / CALM_REQUESTS) ** 2;
      base *= 1 + (guessed && refusals === 0 ? START_GROWTH : Math.min(START_GROWTH, steady));
    },
    refused(now) {
      tokens = Math.min(tokens, 0);
      // Requests that were under way together are refused together: that is one sign, not many.
      if (now - cutAt < 1 / rate()) return;
      base *= sinceRefusal < SOON_REQUESTS && guessed ? DEEP_CUT : CUT;
      cutAt = now;
      refusals += 1;
      sinceRefusal = 0;
    },
    rate,
  };
}
