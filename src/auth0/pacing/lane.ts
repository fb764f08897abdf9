import { createBlindLimit, type BlindLimit } from './blind.ts';
import type { Bucket } from './bucket.ts';
import { createBudget } from './budget.ts';
import { ASSUMED_PLAN, type Endpoint } from './endpoint.ts';
import { readRateHeaders, readRetryAfter, type ResponseHeaders } from './headers.ts';
import type { Sent } from './overlap.ts';
import { RESET_MARGIN_MS } from './resets.ts';
import type { TenantWide } from './tenant-wide.ts';

/** One endpoint family: the order of its requests is kept by the pacer, its limits here. */
export interface Lane {
  bucket: Bucket;
  remaining: number | undefined;
  /** When a request may go out that may use `share` (0 to 1) of the limits. */
  readyAt(now: number, share: number): number;
  /** Takes what one request costs. */
  send(now: number, share: number): Sending;
  /** Requests per millisecond that can last, and how many may go at once now. */
  outlook(now: number, share: number): { readonly rate: number; readonly available: number };
}

/** A request on its way; exactly one of these is called, once. */
export interface Sending {
  answered(now: number, status: number, headers: ResponseHeaders): void;
  lost(now: number): void;
  cancelled(): void;
}

/** A 429 without a word about when to come back: at most so long, doubling while it repeats. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** Requests at once where no header says how many there may be. */
const BLIND_BURST = 4;
/** A wrong header must not stop us for ever: at the latest then one request tries again. */
const LONGEST_RESET_MS = 120_000;

export function createLane(endpoint: Endpoint, bucket: Bucket, tenantWide: TenantWide): Lane {
  const budget = createBudget();
  let blind: BlindLimit | undefined;
  let reporting = false;
  let blockedUntil = -Infinity;
  let refusals = 0;

  const limit = (): number => lane.bucket.limit() ?? ASSUMED_PLAN[endpoint].burst;
  const rate = (): number => blind?.rate() ?? lane.bucket.rate();

  function waitAfterRefusal(
    now: number,
    headers: ResponseHeaders,
    resetAt: number | undefined,
  ): number {
    refusals += 1;
    const retryAfter = readRetryAfter(headers, now);
    const until = Math.max(
      retryAfter === undefined ? 0 : now + retryAfter,
      resetAt === undefined ? 0 : Math.min(resetAt + RESET_MARGIN_MS, now + LONGEST_RESET_MS),
    );
    if (until > now) return until;
    const first = Math.min(FIRST_WAIT_MS, 2 / rate());
    return now + Math.min(LONGEST_WAIT_MS, first * 2 ** Math.min(refusals - 1, 20));
  }

  /** A 429 is of the endpoint's own bucket, or of one over all endpoints. */
  function refused(bucket: Bucket, sent: Sent, now: number, headers: ResponseHeaders): void {
    const seen = readRateHeaders(headers, now);
    const foreign = bucket.limit() !== undefined && seen?.limit !== bucket.limit();
    if (blind !== undefined || (seen?.remaining === 0 && !foreign)) {
      blockedUntil = waitAfterRefusal(now, headers, seen?.resetAt);
      blind?.refused(now);
      bucket.refused(sent, now, seen);
      return;
    }
    if (seen?.remaining === 0) {
      tenantWide.drained(now, waitAfterRefusal(now, headers, seen.resetAt));
    } else tenantWide.refused(now, now + (readRetryAfter(headers, now) ?? 0));
    bucket.refused(sent, now, foreign ? undefined : seen);
  }

  function accepted(
    status: number,
    bucket: Bucket,
    sent: Sent,
    now: number,
    headers: ResponseHeaders,
  ) {
    const seen = readRateHeaders(headers, now);
    refusals = 0;
    if (seen !== undefined) {
      reporting = true;
      blind = undefined;
      lane.remaining = seen.remaining;
    } else if (!reporting && status < 500) {
      const rate = ASSUMED_PLAN[endpoint].perMinute / 60_000;
      blind ??= createBlindLimit({ rate, burst: BLIND_BURST, guessed: true });
    }
    blind?.accepted();
    tenantWide.accepted();
    bucket.answered(sent, now, seen);
  }

  const lane: Lane = {
    bucket,
    remaining: undefined,
    readyAt(now, share) {
      return Math.max(
        blockedUntil,
        tenantWide.readyAt(now),
        blind?.readyAt(now) ?? lane.bucket.readyAt(now),
        budget.readyAt(now, share, rate(), limit(), lane.bucket.proven()),
      );
    },
    send(now, share) {
      const bucket = lane.bucket;
      const sent = bucket.sent(now);
      blind?.sent(now);
      tenantWide.sent(now);
      budget.sent(now, share, rate());
      return {
        answered(now, status, headers) {
          if (status === 429) refused(bucket, sent, now, headers);
          else accepted(status, bucket, sent, now, headers);
        },
        lost: (now) => bucket.answered(sent, now, undefined),
        cancelled: () => bucket.cancelled(sent),
      };
    },
    outlook(now, share) {
      return {
        rate: rate() * share,
        available: blind === undefined ? lane.bucket.available(now) * share : 0,
      };
    },
  };
  return lane;
}
