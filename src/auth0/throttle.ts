import { readRateHeaders, readRetryAfter, type ResponseHeaders } from './pacing/headers.ts';

/** What an answer that asks for no particular wait gets, or for one that is over by our clock. */
const DEFAULT_WAIT_MS = 1_000;
/** A wrong header must not put a sync to sleep for hours: after this, ask again. */
const LONGEST_WAIT_MS = 600_000;

/**
 * The milliseconds that a 429 of the token endpoint asks to wait: its Retry-After, else until its
 * x-ratelimit-reset, else one second.
 */
export function waitAskedFor(headers: ResponseHeaders, now: number): number {
  const resetAt = readRateHeaders(headers, now)?.resetAt;
  const untilReset = resetAt === undefined ? 0 : resetAt - now;
  const asked = readRetryAfter(headers, now) ?? untilReset;
  return asked > 0 ? Math.min(asked, LONGEST_WAIT_MS) : DEFAULT_WAIT_MS;
}
