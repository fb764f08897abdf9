// The benchmarks, as ratios to their bounds: `npm run bench`, or with --full at full length.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { benchFirstSync } from './first-sync.ts';
import { benchLatency } from './latency.ts';
import { benchPlan } from './plan-cpu.ts';
import { table, type Row } from './row.ts';

const { values } = parseArgs({
  options: {
    /** All 13,229 institutions rather than 3,000. */
    full: { type: 'boolean', default: false },
    /** A file for the figures as JSON. */
    json: { type: 'string' },
  },
});

const count = values.full ? 13_229 : 3_000;
const timeScale = 20;
const rows: Row[] = [];

async function bench(what: string, run: () => Promise<readonly Row[]> | readonly Row[]) {
  process.stderr.write(`${what} …\n`);
  rows.push(...(await run()));
}

await bench('plan', benchPlan);
await bench('start, apply and idle', benchLatency);
for (const latencyMs of [0, 80, 300]) {
  await bench(`first sync, ${latencyMs} ms`, () =>
    benchFirstSync({ count, latencyMs, competitor: 0, timeScale }),
  );
}
await bench('first sync, another client', () =>
  benchFirstSync({ count, latencyMs: 80, competitor: 0.5, timeScale }),
);

console.log(table(rows));
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(rows, null, 2)}\n`);
process.exitCode = rows.every(({ measured, bar }) => bar === undefined || measured <= bar) ? 0 : 1;
