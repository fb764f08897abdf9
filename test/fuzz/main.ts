// npm run fuzz -- [--seconds N] [--seed S] [--only EDGE] [--path P]
// Exits 1 when an input was found that an edge does not bear.
import { parseArgs } from 'node:util';
import { EDGES } from './all-edges.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    only: { type: 'string' },
    path: { type: 'string' },
  },
});
const { only, path } = values;
const seconds = wholeNumber('seconds');
const seed = wholeNumber('seed');
const edges = EDGES.filter(({ name }) => only === undefined || name === only);
if (edges.length === 0 || (path !== undefined && edges.length > 1)) {
  const names = EDGES.map(({ name }) => name).join(', ');
  console.error(`--only must be one of: ${names}. --path goes with --only and --seed.`);
  process.exit(2);
}

function wholeNumber(name: 'seconds' | 'seed'): number {
  const value = Number(values[name]);
  if (!Number.isSafeInteger(value) || value < 0) {
    console.error(`--${name} must be a whole number, not ${values[name]}.`);
    process.exit(2);
  }
  return value;
}

let executions = 0;
let failures = 0;
let mostResident = 0;
const sampling = setInterval(() => {
  mostResident = Math.max(mostResident, process.memoryUsage.rss());
}, 100);
for (const edge of edges) {
  const trial = path === undefined ? {} : { path };
  const milliseconds = (seconds * 1000) / edges.length;
  const outcome = await edge.try({ seed, runs: 2 ** 31 - 1, milliseconds, ...trial });
  executions += outcome.executions;
  mostResident = Math.max(mostResident, process.memoryUsage.rss());
  const slowest = `${outcome.slowestMs.toFixed(1)} ms`;
  console.log(
    `${edge.name.padEnd(18)} ${String(outcome.executions).padStart(9)} inputs, the slowest ${slowest}`,
  );
  if (outcome.failure === undefined) continue;
  failures += 1;
  const at = outcome.path === undefined ? '' : ` --path ${outcome.path}`;
  console.log(
    `${outcome.failure}\n  replay: npm run fuzz -- --only ${edge.name} --seed ${seed}${at}`,
  );
}
clearInterval(sampling);
console.log(
  `seed ${seed}: ${executions} inputs, ${failures} edges failed, at most ${Math.round(mostResident / 2 ** 20)} MB resident`,
);
process.exitCode = failures > 0 ? 1 : 0;
