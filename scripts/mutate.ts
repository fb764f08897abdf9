// `npm run mutate`: changes the plan, the policy and the guards in every small way that Stryker knows,
// runs the tests that concern them on each change, and says which changes no test has noticed.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { GROUPS } from './mutate/groups.ts';
import { runGroup } from './mutate/run-group.ts';
import { percent, scoreOf, type Score } from './mutate/score.ts';

const USAGE = `Usage: npm run mutate -- [--concurrency N] [GROUP…]
Groups: ${GROUPS.map(({ name }) => name).join(', ')} (all by default)`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { concurrency: { type: 'string', default: '2' }, help: { type: 'boolean' } },
});
const concurrency = Number(values.concurrency);
const wanted = positionals.length === 0 ? GROUPS.map(({ name }) => name) : positionals;
const groups = GROUPS.filter(({ name }) => wanted.includes(name));

if (values.help === true) console.log(USAGE);
else if (groups.length < new Set(wanted).size || !(concurrency >= 1)) {
  console.error(USAGE);
  process.exitCode = 2;
} else run();

function run(): void {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const total = { mutants: 0, killed: 0 };
  const rows: string[][] = [];
  for (const group of groups) {
    const startedAt = performance.now();
    const score = scoreOf(runGroup(root, group, concurrency));
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    for (const line of score.survivors) console.log(`survived: ${line}`);
    total.mutants += score.mutants;
    total.killed += score.killed;
    rows.push([...rowOf(group.name, score), `${seconds} s`]);
  }
  const heads = ['group', 'mutants', 'killed', 'survived', 'score', 'time'];
  print([heads, ...rows, [...rowOf('all', total), '']]);
}

function rowOf(name: string, score: Pick<Score, 'mutants' | 'killed'>): string[] {
  const { mutants, killed } = score;
  return [name, `${mutants}`, `${killed}`, `${mutants - killed}`, percent(score)];
}

function print(rows: readonly (readonly string[])[]): void {
  for (const [name = '', ...cells] of rows) {
    console.log(name.padEnd(10) + cells.map((cell) => cell.padStart(10)).join(''));
  }
}
