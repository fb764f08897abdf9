import type { Clock } from '../../../../src/time/clock.ts';

/** Time that passes only when everything waits for it. */
export interface VirtualClock extends Clock {
  /** Calls `act` at `at`; like a timer, but to a fraction of a millisecond. */
  at(at: number, act: () => void): void;
  /**
   * Lets time pass until `work` has settled. `letRun` lets everything that can run do so, before time
   * moves on; work that waits for more than promises needs one of its own.
   */
  run<T>(work: Promise<T>, letRun?: () => Promise<void>): Promise<T>;
}

/** More than any chain of awaits between two waits of the code under test. */
const MICROTASK_TURNS = 12;

async function microtasks(): Promise<void> {
  for (let turn = 0; turn < MICROTASK_TURNS; turn += 1) await Promise.resolve();
}

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly act: () => void;
}

/** `now` has whole milliseconds and timers fire up to one late, as with Node's own. */
export function createVirtualClock(start = 1_750_000_000_000): VirtualClock {
  let time = start;
  let order = 0;
  const heap: Entry[] = [];
  const before = (a: Entry, b: Entry): boolean =>
    a.at < b.at || (a.at === b.at && a.order < b.order);

  function push(entry: Entry): void {
    heap.push(entry);
    for (let i = heap.length - 1; i > 0;) {
      const parent = (i - 1) >> 1;
      if (!before(heap[i]!, heap[parent]!)) break;
      [heap[i], heap[parent]] = [heap[parent]!, heap[i]!];
      i = parent;
    }
  }

  function pop(): Entry | undefined {
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    heap[0] = last;
    for (let i = 0; ;) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) {
        if (child < heap.length && before(heap[child]!, heap[least]!)) least = child;
      }
      if (least === i) return top;
      [heap[i], heap[least]] = [heap[least]!, heap[i]!];
      i = least;
    }
  }

  const clock: VirtualClock = {
    now: () => Math.floor(time),
    at(at, act) {
      order += 1;
      push({ at: Math.max(at, time), order, act });
    },
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const abort = (): void => reject(signal.reason);
        signal.addEventListener('abort', abort, { once: true });
        clock.at(time + Math.max(1, Math.trunc(ms)), () => {
          signal.removeEventListener('abort', abort);
          resolve();
        });
      });
    },
    async run(work, letRun) {
      let settled = false;
      void Promise.allSettled([work]).then(() => (settled = true));
      for (;;) {
        // Whatever is ready to run goes first: time stands still for it.
        await (letRun ?? microtasks)();
        if (settled) return work;
        const next = pop();
        if (next === undefined && letRun !== undefined) continue;
        if (next === undefined) throw new Error('Nothing is left to wait for.');
        time = next.at;
        next.act();
      }
    },
  };
  return clock;
}
