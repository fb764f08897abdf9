import { NO_LONGER_NEEDED, type Clock } from '../time/clock.ts';

export interface Deadline {
  readonly clock: Clock;
  readonly ms: number;
  readonly signal: AbortSignal;
  /** What the promise rejects with when the time is up. */
  readonly error: () => Error;
}

/**
 * Runs `run` for at most `ms` milliseconds. Its signal aborts when the time is up or the outer
 * signal aborts, and the promise then rejects at once, with `error()` or the signal's reason, even
 * when `run` does not listen.
 */
export async function withDeadline<T>(
  deadline: Deadline,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { clock, ms, signal, error } = deadline;
  signal.throwIfAborted();
  const work = new AbortController();
  const timer = new AbortController();
  const stop = () => work.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  clock.sleep(ms, timer.signal).then(
    () => work.abort(error()),
    () => {},
  );
  try {
    return await orAbort(run(work.signal), work.signal);
  } finally {
    signal.removeEventListener('abort', stop);
    timer.abort(NO_LONGER_NEEDED);
  }
}

/**
 * What the promise gives, or a rejection with the signal's reason as soon as it aborts, whether or
 * not the work behind the promise listens.
 */
export async function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
