// The benchmarks, as ratios to their bounds: `npm run bench`, or with --full at full length.
import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { catalogue, type Bench } from './catalogue.ts';
import { describeMachine, keepResults, writeReport } from './report.ts';
import { isMet, table, type Result } from './row.ts';

const USAGE = `npm run bench -- [options]
  --full          at the real size; about an hour
  --only NAMES    these alone, separated by commas
  --json FILE     write the figures to this file
  --docs          write the figures to docs/, with the charts
  --list          say what there is`;

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'string' },
    docs: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

function chosen(): readonly Bench[] {
  const all = catalogue(values.full);
  const names = values.only?.split(',').map((name) => name.trim());
  const unknown = names?.find((name) => all.every((bench) => bench.name !== name));
  if (unknown !== undefined) {
    console.error(`There is no benchmark ${unknown}. There are: ${all.map(nameOf).join(', ')}`);
    process.exit(2);
  }
  return names === undefined ? all : all.filter(({ name }) => names.includes(name));
}

function nameOf({ name }: Bench): string {
  return name;
}

async function measure(bench: Bench): Promise<Result> {
  const { name, title, scaled } = bench;
  process.stderr.write(`${name} …\n`);
  const date = new Date();
  const startedAt = performance.now();
  const [before = 0] = loadavg();
  const findings = await bench.run();
  const seconds = (performance.now() - startedAt) / 1000;
  const [after = 0] = loadavg();
  const load = [before, after] as const;
  return { bench: name, title, scaled, date: date.toISOString(), seconds, load, ...findings };
}

async function run(benches: readonly Bench[]): Promise<readonly Result[]> {
  const waiting = benches.filter(({ waits }) => waits === true);
  const results = await Promise.all(waiting.map(measure));
  for (const bench of benches) if (bench.waits !== true) results.push(await measure(bench));
  return results;
}

if (values.help) console.log(USAGE);
else if (values.list) console.log(catalogue(values.full).map(nameOf).join('\n'));
else {
  const results = await run(chosen());
  for (const { title, scaled, rows } of results) {
    console.log(`\n${title}\nScaled: ${scaled}\n\n${table(rows)}`);
  }
  const machine = describeMachine();
  console.log(`\n${machine}`);
  if (values.json !== undefined) {
    await writeFile(values.json, `${JSON.stringify({ machine, results }, null, 2)}\n`);
  }
  if (values.docs) await writeReport(await keepResults(machine, results));
  process.exitCode = results.flatMap(({ rows }) => rows).every(isMet) ? 0 : 1;
}
