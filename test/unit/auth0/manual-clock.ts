import type { Clock } from '../../../src/time/clock.ts';

/** Time that stands still until it is told to pass. */
export interface ManualClock extends Clock {
  readonly now: () => number;
  /** Lets time pass, and everything happen that becomes due in it. */
  pass(ms: number): Promise<void>;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

export function createManualClock(start = 1_750_000_000_000): ManualClock {
  const sleepers = new Set<Sleeper>();
  let time = start;

  return {
    now: () => time,
    async sleep(ms, signal) {
      signal.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const stop = (): void => reject(signal.reason);
      const sleeper = { at: time + ms, wake: resolve };
      sleepers.add(sleeper);
      signal.addEventListener('abort', stop, { once: true });
      return promise.finally(() => {
        sleepers.delete(sleeper);
        signal.removeEventListener('abort', stop);
      });
    },
    async pass(ms) {
      const end = time + ms;
      for (;;) {
        await settle();
        const due = [...sleepers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        const [next] = due;
        if (next === undefined) break;
        time = Math.max(time, next.at);
        sleepers.delete(next);
        next.wake();
      }
      time = end;
    },
  };
}

/** Lets all that is ready happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}
