// npm run simulate -- [--seed FIRST] [--seeds COUNT] [--threads T] [--trace]
// Exits 1 when an invariant was violated.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { replayCommand, runSeeds, seedsFrom, summaryLine, type Summary } from './run-seeds.ts';
import { simulate } from './simulate.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1000' },
    threads: { type: 'string', default: String(availableParallelism()) },
    trace: { type: 'boolean', default: false },
  },
});

function wholeNumber(name: 'seed' | 'seeds' | 'threads', least: number): number {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < least) {
    console.error(`--${name} must be a whole number from ${least} on, not ${values[name]}.`);
    process.exit(2);
  }
  return value;
}

async function traceOne(seed: number): Promise<boolean> {
  const { trace, violation, steps, fingerprint } = await simulate(seed, { trace: true });
  for (const line of trace) console.log(line);
  console.log(`seed ${seed}: ${steps} steps, fingerprint ${fingerprint}`);
  if (violation !== undefined) console.log(`VIOLATION ${violation.message}`);
  return violation === undefined;
}

async function playMany(first: number, count: number): Promise<boolean> {
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  const sum = await runSeeds({
    seeds: seedsFrom(first, count),
    threads: Math.min(wholeNumber('threads', 1), count),
    signal: interrupted.signal,
    onSeed({ seed, violation }, { seeds }) {
      if (violation !== undefined) {
        console.log(`seed ${seed}: ${violation}\n  ${replayCommand(seed)}`);
      } else if (seeds % 100 === 0) console.log(`${seeds} of ${count} seeds`);
    },
  });
  printTally(sum);
  console.log(summaryLine(sum));
  return sum.violations.length === 0;
}

function printTally({ tally }: Summary): void {
  for (const name of [...tally.keys()].toSorted()) {
    console.log(`${String(tally.get(name)).padStart(9)}  ${name}`);
  }
}

const first = wholeNumber('seed', 0);
const count = wholeNumber('seeds', 1);
const ok = values.trace ? await traceOne(first) : await playMany(first, count);
process.exitCode = ok ? 0 : 1;
