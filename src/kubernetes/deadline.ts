import type { Clock } from '../time/clock.ts';

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
    return await Promise.race([run(work.signal), rejectOnAbort(work.signal)]);
  } finally {
    signal.removeEventListener('abort', stop);
    timer.abort();
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
