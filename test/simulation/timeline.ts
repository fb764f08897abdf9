import { setImmediate as nextTurn } from 'node:timers/promises';

/** Time that passes only when all work that is ready has been done; the same work, the same order. */
export interface Timeline {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `act` at that time, or now when it has passed. */
  at(time: number, act: () => void): Appointment;
  after(ms: number, act: () => void): Appointment;
  /** Lets time pass until then. Rejects with what an act throws. */
  runUntil(end: number): Promise<void>;
  /** Acts so far. */
  steps(): number;
  /** Follows from when, and in which order, all acts were done. */
  fingerprint(): string;
}

export interface Appointment {
  cancel(): void;
}

interface Entry {
  readonly at: number;
  readonly order: number;
  act: (() => void) | undefined;
}

const START = Date.UTC(2026, 0, 5, 8);

/**
 * Between two acts the event loop turns until no immediate is left, so that promises and sliced
 * computations come to rest. Nothing that runs on it may do real I/O or wait on a real timer.
 */
export function createTimeline(): Timeline {
  const heap: Entry[] = [];
  let time = START;
  let orders = 0;
  let steps = 0;
  let sum = 0;

  function isBefore(a: Entry, b: Entry): boolean {
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  function push(entry: Entry): void {
    let place = heap.length;
    heap.push(entry);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, entry)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = entry;
  }

  function pop(): Entry | undefined {
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || last === top) return top;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      let below = heap[child];
      const other = heap[child + 1];
      if (below === undefined) break;
      if (other !== undefined && isBefore(other, below)) {
        below = other;
        child += 1;
      }
      if (isBefore(last, below)) break;
      heap[place] = below;
      place = child;
    }
    heap[place] = last;
    return top;
  }

  function at(wanted: number, act: () => void): Appointment {
    orders += 1;
    const entry: Entry = { at: Math.max(wanted, time), order: orders, act };
    push(entry);
    return { cancel: () => (entry.act = undefined) };
  }

  return {
    now: () => time,
    at,
    after: (ms, act) => at(time + ms, act),
    async runUntil(end) {
      await rest();
      for (let next = heap[0]; next !== undefined && next.at <= end; next = heap[0]) {
        pop();
        const { act } = next;
        if (act === undefined) continue;
        time = next.at;
        steps += 1;
        sum = Math.imul(
          sum ^ Math.floor((time - START) * 1000) ^ Math.imul(next.order, 0x85ebca6b),
          0x01000193,
        );
        act();
        await rest();
      }
      time = Math.max(time, end);
    },
    steps: () => steps,
    fingerprint: () => (sum >>> 0).toString(16).padStart(8, '0'),
  };
}

async function rest(): Promise<void> {
  do await nextTurn();
  while (process.getActiveResourcesInfo().includes('Immediate'));
}
