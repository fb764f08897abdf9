import type { Clock } from '../../../src/time/clock.ts';

/** A clock that moves only when it is told to. */
export interface ManualClock extends Clock {
  /** Moves the time on and wakes whoever sleeps until then, earliest first. */
  advance(ms: number): void;
  /** Resolves with the length of a sleep of this length that has begun, now or later. */
  sleeping(length: { readonly from: number; readonly to: number }): Promise<number>;
  /** How many sleep now. */
  sleepers(): number;
}

interface Sleeper {
  readonly dueAt: number;
  readonly ms: number;
  readonly wake: () => void;
}

export function createManualClock(start = 1_700_000_000_000): ManualClock {
  let time = start;
  const sleepers = new Set<Sleeper>();
  const watchers = new Set<(ms: number) => void>();

  return {
    now: () => time,
    sleep(ms, signal) {
      signal.throwIfAborted();
      return new Promise((resolve, reject) => {
        const sleeper = { dueAt: time + ms, ms, wake };
        function wake(): void {
          sleepers.delete(sleeper);
          signal.removeEventListener('abort', abort);
          resolve();
        }
        function abort(): void {
          sleepers.delete(sleeper);
          reject(signal.reason);
        }
        signal.addEventListener('abort', abort, { once: true });
        sleepers.add(sleeper);
        for (const watcher of watchers) watcher(ms);
      });
    },
    advance(ms) {
      const until = time + ms;
      for (;;) {
        const due = [...sleepers].filter((sleeper) => sleeper.dueAt <= until);
        const next = due.toSorted((a, b) => a.dueAt - b.dueAt)[0];
        if (next === undefined) break;
        time = Math.max(time, next.dueAt);
        next.wake();
      }
      time = until;
    },
    sleeping({ from, to }) {
      const present = [...sleepers].find(({ ms }) => ms >= from && ms <= to);
      if (present !== undefined) return Promise.resolve(present.ms);
      return new Promise((resolve) => {
        function watcher(ms: number): void {
          if (ms < from || ms > to) return;
          watchers.delete(watcher);
          resolve(ms);
        }
        watchers.add(watcher);
      });
    },
    sleepers: () => sleepers.size,
  };
}
