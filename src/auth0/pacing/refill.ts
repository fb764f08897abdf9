/** What one answer says of the refill. */
export interface Sighting {
  /** When the server took the request: not before, not after. Only differences matter. */
  readonly from: number;
  readonly to: number;
  /**
   * Tokens left plus all that were counted: it grows by what the server adds, and by nothing else.
   * At least and at most, where the order in which requests were taken is not sure.
   */
  readonly gained: number;
  readonly gainedAtMost: number;
  /** The bucket was full when the request came, so tokens may have been lost at its brim. */
  readonly full: boolean;
}

/** How a bucket is believed to refill: at least `rate * (t - lateness)` tokens in any time t. */
export interface Refill {
  /** Tokens per millisecond. */
  rate(): number;
  /** How late tokens may come behind the rate, in milliseconds: 0 for a steady trickle. */
  lateness(): number;
  /** Whether the answers have told anything of the rate; until then it is the documented one. */
  proven(): boolean;
  /** `longestLag` bounds what is allowed for late tokens. */
  observe(sighting: Sighting, longestLag: number): void;
  /** Another start, from better knowledge of the plan; nothing once the rate is proven. */
  assume(rate: number): void;
  /** Multiplies the rate, for a trial or to take one back. */
  scale(factor: number): void;
  /** An answer is missing: the counts before and after do not compare. */
  interrupt(): void;
}

/** A window in which so many tokens came, or should have come, tells the rate. */
const TELLING_TOKENS = 6;
/** Lower bounds of the rate of which the second highest is believed. */
const RECENT_BOUNDS = 5;
/** The clock has whole milliseconds, at both ends of a window. */
const CLOCK_ERROR_MS = 2;
/** A rate is too high when tokens miss for longer than steps as large as the known lag explain. */
const LAG_PATIENCE = 3;
/** Sightings over which the refill may fall behind before the measure starts anew. */
const LAG_SIGHTINGS = 24;
/** What remains of the allowance for late tokens with each sighting that does not need it. */
const LAG_DECAY = 0.995;

/**
 * Learns a bucket's refill from the answers alone. `remaining` is a whole number, so a window that
 * saw g tokens come had between g - 1 and g + 1; one in which the bucket was full gives only the
 * lower bound. The rate moves only when windows contradict it: up when two of the last few do,
 * since one may hold the moment at which a server adds tokens in steps; down by half at most. Steps show as a
 * lag behind the average rate, which is remembered in tokens.
 */
export function createRefill(documented: number): Refill {
  let rate = documented;
  let lag = 0;
  let proven = false;
  const bounds: number[] = [];
  let full: (Sighting & { bound: number; seen: number }) | undefined;
  let window: (Sighting & { touched: boolean }) | undefined;
  let crest: (Sighting & { sightings: number }) | undefined;

  function move(to: number): void {
    rate = to;
    crest = undefined;
  }

  /** `least` is a lower bound of the rate; the second highest of the last few is believed. */
  function raise(least: number): void {
    bounds.push(least);
    if (bounds.length > RECENT_BOUNDS) bounds.shift();
    const second = bounds.toSorted((a, b) => b - a)[1] ?? 0;
    if (second > rate) move(second);
    proven ||= second > 0;
  }

  /** From a full bucket on, a gain is exact at its start, and rounded down at its end. */
  function learnFromFull(sighting: Sighting): void {
    if (full !== undefined) {
      const gained = sighting.gained - full.gainedAtMost;
      const bound = gained / longest(full, sighting);
      if (!proven && gained > full.seen) raise(bound);
      full.bound = Math.max(full.bound, bound);
      full.seen = Math.max(full.seen, gained);
    }
    if (!sighting.full) return;
    if (full !== undefined && full.bound > 0) raise(full.bound);
    full = { ...sighting, bound: 0, seen: 0 };
  }

  function learnFromWindow(sighting: Sighting): void {
    if (window !== undefined) {
      const gained = sighting.gained - window.gainedAtMost;
      const elapsed = shortest(window, sighting);
      const most = (sighting.gainedAtMost - window.gained + 1) / elapsed;
      const missing = rate * elapsed >= TELLING_TOKENS + LAG_PATIENCE * lag;
      window.touched ||= sighting.full;
      if (gained < TELLING_TOKENS && !missing) return;
      raise((gained - 1) / longest(window, sighting));
      if (missing && !window.touched && most < rate) {
        bounds.length = 0;
        move(Math.max(most, rate / 2));
      }
      proven ||= missing;
    }
    window = { ...sighting, touched: false };
  }

  function learnLag(sighting: Sighting, longestLag: number): void {
    // At the brim tokens are lost, and none is late.
    const behind =
      crest === undefined || sighting.full
        ? 0
        : rate * shortest(crest, sighting) - (sighting.gainedAtMost - crest.gained);
    if (crest === undefined || behind <= 0 || crest.sightings >= LAG_SIGHTINGS) {
      crest = { ...sighting, sightings: 0 };
    }
    crest.sightings += 1;
    lag = Math.min(Math.max(lag * LAG_DECAY, behind - 1), longestLag);
  }

  return {
    rate: () => rate,
    lateness: () => lag / rate,
    proven: () => proven,
    observe(sighting, longestLag) {
      learnFromFull(sighting);
      learnFromWindow(sighting);
      learnLag(sighting, longestLag);
    },
    assume(documented) {
      if (!proven) rate = documented;
    },
    scale(factor) {
      bounds.length = 0;
      move(rate * factor);
    },
    interrupt() {
      full = undefined;
      window = undefined;
      crest = undefined;
    },
  };
}

function longest(from: Sighting, to: Sighting): number {
  return to.to - from.from + CLOCK_ERROR_MS;
}

function shortest(from: Sighting, to: Sighting): number {
  return Math.max(1, to.from - from.to - CLOCK_ERROR_MS);
}
