import { Worker } from 'node:worker_threads';
import type { SeedResult } from './seed-worker.ts';
import { addTally, total, type Tally } from './tally.ts';

export interface SeedRun {
  readonly seeds: Iterable<number>;
  /** Threads that play seeds. */
  readonly threads: number;
  /** Once it aborts, no further seed begins. */
  readonly signal: AbortSignal;
  readonly onSeed?: (result: SeedResult, sum: Summary) => void;
}

/** What all seeds together came to. */
export interface Summary {
  seeds: number;
  steps: number;
  /** Time that passed on the virtual clocks. */
  virtualMs: number;
  readonly tally: Tally;
  readonly violations: SeedResult[];
}

/** Plays the seeds in order, several at a time. Rejects when a thread fails to play one. */
export async function runSeeds({ seeds, threads, signal, onSeed }: SeedRun): Promise<Summary> {
  const sum: Summary = { seeds: 0, steps: 0, virtualMs: 0, tally: new Map(), violations: [] };
  const queue = seeds[Symbol.iterator]();

  function add(result: SeedResult): void {
    sum.seeds += 1;
    sum.steps += result.steps;
    sum.virtualMs += result.virtualMs;
    addTally(sum.tally, result.tally);
    if (result.violation !== undefined) sum.violations.push(result);
    onSeed?.(result, sum);
  }

  async function work(): Promise<void> {
    const worker = new Worker(new URL('seed-worker.ts', import.meta.url));
    try {
      for (let next = queue.next(); next.done !== true && !signal.aborted; next = queue.next()) {
        add(await playOn(worker, next.value));
      }
    } finally {
      await worker.terminate();
    }
  }

  await Promise.all(Array.from({ length: threads }, work));
  return sum;
}

function playOn(worker: Worker, seed: number): Promise<SeedResult> {
  return new Promise((resolve, reject) => {
    function end(): void {
      worker.off('message', take).off('error', fail).off('exit', leave);
    }
    function take(result: SeedResult): void {
      end();
      resolve(result);
    }
    function fail(error: Error): void {
      end();
      reject(new Error(`Seed ${seed} could not be played`, { cause: error }));
    }
    function leave(): void {
      end();
      reject(new Error(`The thread ended while it played seed ${seed}`));
    }
    worker.on('message', take).on('error', fail).on('exit', leave);
    worker.postMessage(seed, []);
  });
}

/** `from`, and all that follow it; `count` of them at most. */
export function* seedsFrom(from: number, count = Number.POSITIVE_INFINITY): Generator<number> {
  for (let seed = from; seed < from + count; seed += 1) yield seed;
}

/** One line: what was tried and what came of it. */
export function summaryLine({ seeds, steps, virtualMs, tally, violations }: Summary): string {
  const numbers = [
    [seeds, 'seeds'],
    [steps, 'steps'],
    [Math.round(virtualMs / 3_600_000), 'virtual hours'],
    [total(tally, 'fault: '), 'faults'],
    [total(tally, 'deed: '), 'edits by people'],
    [total(tally, 'write: '), 'writes to Auth0'],
    [violations.length, 'violations'],
  ] as const;
  return numbers.map(([many, what]) => `${many.toLocaleString('en')} ${what}`).join(', ');
}

/** What to type to see a seed again. */
export function replayCommand(seed: number): string {
  return `npm run simulate -- --seed ${seed} --trace`;
}
