import { setImmediate as nextTurn } from 'node:timers/promises';
import { REQUEST_TIMEOUT_MS } from '../../../src/auth0/exchange.ts';
import type { Clock } from '../../../src/time/clock.ts';

/** Time in which waits cost nothing. */
export interface TestClock extends Clock {
  readonly now: () => number;
  /** All waits that came to their end, in milliseconds. */
  readonly waits: readonly number[];
  /** Lets time pass. */
  pass(ms: number): void;
  /** Lets the time-outs of all requests under way end now. Until then they never do. */
  timeOut(): void;
  /** Requests under way. */
  underWay(): number;
}

/** Runs with the real time and further ahead with each wait, which ends at the event loop's next turn. */
export function createTestClock(): TestClock {
  const waits: number[] = [];
  const timeOuts = new Set<() => void>();
  let ahead = 0;
  return {
    waits,
    now: () => Date.now() + ahead,
    pass(ms) {
      ahead += ms;
    },
    underWay: () => timeOuts.size,
    timeOut() {
      ahead += REQUEST_TIMEOUT_MS;
      for (const end of timeOuts) end();
    },
    async sleep(ms, signal) {
      signal.throwIfAborted();
      if (ms === REQUEST_TIMEOUT_MS) return until(timeOuts, signal);
      await nextTurn();
      signal.throwIfAborted();
      waits.push(ms);
      ahead += ms;
    },
  };
}

function until(timeOuts: Set<() => void>, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = (): void => reject(signal.reason);
  timeOuts.add(resolve);
  signal.addEventListener('abort', stop, { once: true });
  return promise.finally(() => {
    timeOuts.delete(resolve);
    signal.removeEventListener('abort', stop);
  });
}
