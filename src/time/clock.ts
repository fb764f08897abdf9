import { setTimeout as wait } from 'node:timers/promises';

/** The world's time, as a parameter, so that tests and simulations can bring their own. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Node's timers hold 31 bits of milliseconds (24.8 days) and fire at once beyond that. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    for (let left = Math.max(0, ms); ; left -= LONGEST_TIMER_MS) {
      signal.throwIfAborted();
      try {
        await wait(Math.min(left, LONGEST_TIMER_MS), undefined, { signal });
      } catch (error) {
        signal.throwIfAborted();
        throw error;
      }
      if (left <= LONGEST_TIMER_MS) return;
    }
  },
};
