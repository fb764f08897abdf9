/** The headers of an answer: as much of the standard class as is used. */
export interface ResponseHeaders {
  /** The value of this name, whatever its case; null when there is none. */
  get(name: string): string | null;
}

/** What an answer says of the bucket that it was drawn from. */
export interface RateHeaders {
  readonly limit: number;
  readonly remaining: number;
  /** When requests are added, in milliseconds since the epoch by our clock. */
  readonly resetAt: number | undefined;
}

/** Clocks that differ by less are taken as equal: HTTP dates have whole seconds. */
const NOTABLE_SKEW_MS = 2_500;

/** The rate limit headers of an answer that arrived at `now`, unless it has none that make sense. */
export function readRateHeaders(headers: ResponseHeaders, now: number): RateHeaders | undefined {
  const limit = wholeNumber(headers.get('x-ratelimit-limit'));
  const remaining = wholeNumber(headers.get('x-ratelimit-remaining'));
  if (limit === undefined || remaining === undefined || limit < 1) return undefined;
  const reset = Number.parseFloat(headers.get('x-ratelimit-reset') ?? '');
  return {
    limit,
    remaining: Math.min(remaining, limit),
    resetAt: Number.isNaN(reset) ? undefined : reset * 1000 - skewOf(headers, now),
  };
}

/** A wrong header must not put a sync to sleep for hours: after this, ask again. */
const LONGEST_RETRY_AFTER_MS = 600_000;

/**
 * The wait that `Retry-After` asks for, in milliseconds, ten minutes at most; it may be seconds or an
 * HTTP date.
 */
export function readRetryAfter(headers: ResponseHeaders, now: number): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const seconds = wholeNumber(value);
  if (seconds !== undefined) return Math.min(seconds * 1000, LONGEST_RETRY_AFTER_MS);
  const wait = Date.parse(value) - skewOf(headers, now) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(0, wait), LONGEST_RETRY_AFTER_MS);
}

/** How far the server's clock is ahead of ours. */
function skewOf(headers: ResponseHeaders, now: number): number {
  const date = Date.parse(headers.get('date') ?? '');
  const skew = date - now;
  return Math.abs(skew) > NOTABLE_SKEW_MS ? skew : 0;
}

function wholeNumber(value: string | null): number | undefined {
  return value !== null && /^\s*\d{1,15}\s*$/.test(value) ? Number(value) : undefined;
}
