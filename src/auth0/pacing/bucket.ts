import { createExplorer } from './explorer.ts';
import type { RateHeaders } from './headers.ts';
import { createOverlap, type Sent } from './overlap.ts';
import { createRefill } from './refill.ts';
import { createResets } from './resets.ts';

/** Our model of one bucket of the tenant. Times are milliseconds; nothing here waits or sends. */
export interface Bucket {
  /** When a request may go out: `now`, later, or Infinity while an answer must come first. */
  readyAt(now: number): number;
  sent(now: number): Sent;
  /** It counted against the bucket. `rate` is undefined where no answer told of the bucket. */
  answered(sent: Sent, now: number, rate: RateHeaders | undefined): void;
  /** It was answered 429, so it did not count. */
  refused(sent: Sent, now: number, rate: RateHeaders | undefined): void;
  /** It did not go out after all. */
  cancelled(sent: Sent): void;
  /** Tokens that we may take now, the reserve left alone. */
  available(now: number): number;
  /** Tokens per millisecond that the bucket is believed to gain. */
  rate(): number;
  /** Whether the rate has been learnt, not only read in Auth0's documentation. */
  proven(): boolean;
  limit(): number | undefined;
  /** Another documented rate to start from. */
  assume(rate: number): void;
}

/** A level at least as low as the true one, and its time. */
interface Known {
  readonly level: number;
  readonly at: number;
}

/** The share of a bucket that is left to other clients of the tenant: a tenth, and at least one. */
const RESERVE = 0.1;
/** The first requests go one by one and keep a distance, so that they measure a fast refill. */
const MEASURE_REQUESTS = 4;
const MEASURE_MS = 25;
/** Whatever we believe of a bucket, one request a minute harms nobody and may teach better. */
const LONGEST_SILENCE_MS = 60_000;
/** Round trips beyond the quickest that are nothing unusual. */
const USUAL_ROUND_TRIPS = 1.25;
/** Tokens' worth of time between two requests that counts as no pause. */
const PRESSED_TOKENS = 1.2;

/**
 * The level after an answer is its `remaining` less our requests still under way, and grows by the
 * learnt refill. A request may go when that leaves the reserve, or, when nothing is under way, once
 * the time of the announced reset has passed. Time counts from when the server took the answered
 * request, so the prediction holds for the moment when a request sent now arrives there, whatever
 * the latency.
 */
export function createBucket(documentedRate: number): Bucket {
  const refill = createRefill(documentedRate);
  const resets = createResets();
  const explorer = createExplorer(refill);
  const underWay = createOverlap((gap) => gap * refill.rate() <= PRESSED_TOKENS);
  let limit: number | undefined;
  /** Tokens at `levelAt`, all requests sent by now taken off. */
  let level = 0;
  let levelAt = 0;
  let counted = 0;
  let quickest = Infinity;
  let sentAt = -Infinity;
  let measuring = true;
  let seenAt = -Infinity;
  let seenGained = 0;
  /** What the last answer told while nothing else was under way. */
  let known: Known | undefined;
  /** The request that was then sent, as long as it is the only one since. */
  let alone: (Known & { readonly sent: Sent }) | undefined;

  function advance(to: number): void {
    if (limit === undefined || to <= levelAt) return;
    level = Math.min(limit, level + refill.rate() * (to - levelAt));
    levelAt = to;
  }

  function anchor(remaining: number, at: number): void {
    level = remaining;
    levelAt = at + refill.lateness();
    for (const sentAt of underWay.sentTimes()) {
      advance(sentAt);
      level -= 1;
    }
  }

  function settle(sent: Sent, now: number, rate: RateHeaders | undefined, counts: boolean): void {
    underWay.delete(sent);
    if (counts) counted += 1;
    if (rate === undefined) return refill.interrupt();
    if (limit !== rate.limit) refill.interrupt();
    limit = rate.limit;
    quickest = Math.min(quickest, now - sent.at);
    const at = now - quickest;
    const full = counts && rate.remaining >= limit - 1;
    const remaining = learn(sent, at, rate, full);
    anchor(remaining, at);
    if (limit - reserveOf(limit) < 2) {
      if (full && sent.pressed) explorer.full();
      if (!full) {
        explorer.drained();
        if (counts) keepFraction(sent, remaining);
      }
    }
    known = underWay.size === 0 ? { level, at: levelAt } : undefined;
  }

  /**
   * A request that came too early for a small bucket would cost the time of one more: the answer's
   * whole number hides what had already come of the next token. The level before it tells, unless
   * others took from the bucket meanwhile: then the two do not fit.
   */
  function keepFraction(sent: Sent, remaining: number): void {
    if (alone?.sent !== sent || refill.lateness() > 0) return;
    const left = alone.level + refill.rate() * (sent.at - alone.at) - 1;
    if (left > remaining && left < remaining + 1) anchor(left, sent.at);
  }

  function learn(sent: Sent, at: number, rate: RateHeaders, full: boolean): number {
    const { overtaken, overtakers } = underWay.disorder(sent);
    const remaining = underWay.soberRemaining(sent, rate.remaining, at, refill.rate());
    const gained = Math.min(rate.remaining - overtakers, remaining) + counted;
    const gainedAtMost = rate.remaining + counted + overtaken;
    refill.observe(
      { from: Math.min(sent.at, at), to: at, gained, gainedAtMost, full },
      Math.max(1, rate.limit - reserveOf(rate.limit) - 2),
    );
    resets.judge(at, gained - seenGained, (at - seenAt) * refill.rate());
    resets.announce(rate.resetAt, at);
    seenAt = at;
    seenGained = gainedAtMost;
    return remaining;
  }

  /**
   * What waits somewhere on the way may arrive all at once, and a bucket holds no more than its limit
   * however long that took: beyond what a usual round trip needs, no more than that is under way.
   */
  function mostUnderWay(limit: number): number {
    return Math.max(1, limit - reserveOf(limit)) + refill.rate() * quickest * USUAL_ROUND_TRIPS;
  }

  function probeAt(ready: number, need: number): number {
    const resetAt = resets.next();
    let at = ready;
    if (resetAt !== undefined && resets.exact()) at = Math.max(at, resetAt);
    // One token at least comes with the reset; another must be there in case it does not.
    const safe = level >= Math.min(1, need - 1);
    if (resetAt !== undefined && resets.kept() && safe) at = Math.min(at, resetAt);
    return Math.min(at, seenAt + LONGEST_SILENCE_MS);
  }

  return {
    readyAt(now) {
      const idle = underWay.size === 0;
      if (limit === undefined) return idle ? now : Infinity;
      if (underWay.size >= (measuring ? 1 : mostUnderWay(limit))) return Infinity;
      advance(now);
      const need = 1 + reserveOf(limit);
      let ready = now;
      if (level < need) {
        ready = levelAt + (need - level) / refill.rate();
        if (idle) ready = probeAt(ready, need);
      }
      if (measuring) ready = Math.max(ready, sentAt + MEASURE_MS);
      return Math.max(ready, now);
    },
    sent(now) {
      advance(now);
      level -= 1;
      sentAt = now;
      const sent = underWay.add(now);
      alone = known && { ...known, sent };
      known = undefined;
      return sent;
    },
    answered(sent, now, rate) {
      settle(sent, now, rate, true);
      measuring &&= !refill.proven() && counted < MEASURE_REQUESTS;
    },
    refused: (sent, now, rate) => settle(sent, now, rate, false),
    cancelled(sent) {
      if (underWay.delete(sent)) level += 1;
    },
    available(now) {
      advance(now);
      return limit === undefined ? 0 : Math.max(0, level - reserveOf(limit));
    },
    rate: () => refill.rate(),
    proven: () => refill.proven(),
    limit: () => limit,
    assume: (rate) => refill.assume(rate),
  };
}

/** A limit of one leaves no room for a reserve. */
function reserveOf(limit: number): number {
  return limit === 1 ? 0 : Math.max(1, Math.floor(limit * RESERVE));
}
