/** What an answer that asks for no particular wait gets. */
const DEFAULT_WAIT_MS = 1_000;
/** A clock that is wrong must not put a sync to sleep: after this, ask again. */
const LONGEST_WAIT_MS = 60_000;

/**
 * The milliseconds that a 429 asks to wait: its Retry-After in seconds or as a date, else until
 * x-ratelimit-reset in Unix seconds, else one second.
 */
export function waitAskedFor(headers: Headers, now: number): number {
  const retryAfter = headers.get('retry-after');
  const reset = headers.get('x-ratelimit-reset');
  const ms =
    retryAfter === null
      ? Number(reset ?? Number.NaN) * 1000 - now
      : Number.isNaN(Number(retryAfter))
        ? Date.parse(retryAfter) - now
        : Number(retryAfter) * 1000;
  if (!Number.isFinite(ms)) return DEFAULT_WAIT_MS;
  return Math.min(Math.max(ms, DEFAULT_WAIT_MS / 10), LONGEST_WAIT_MS);
}
