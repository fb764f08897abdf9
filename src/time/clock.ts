/** The world's time, as a parameter, so that tests and simulations can bring their own. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Node's timers hold 31 bits of milliseconds (24.8 days) and fire at once beyond that. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The reason of a signal that only ends a wait: a constant, since each new error costs a stack. */
export const NO_LONGER_NEEDED = new Error('no longer needed');

export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    for (let left = Math.max(0, ms); ; left -= LONGEST_TIMER_MS) {
      signal.throwIfAborted();
      await wait(Math.min(left, LONGEST_TIMER_MS), signal);
      if (left <= LONGEST_TIMER_MS) return;
    }
  },
};

/** Node's own makes an error with a stack for each wait that is cut short. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    function stop(): void {
      clearTimeout(timer);
      reject(signal.reason);
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}
