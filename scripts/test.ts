// Everything that must hold before a change lands. Ends with what failed, and with `N passed, N failed`
// alone on a line, with `, N skipped` when there are such, counted by mocha itself; exits 1 when a
// check or a test fails.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const counts = mkdtempSync(join(tmpdir(), 'institution-sync-counts-'));
type Command = readonly [program: string, ...args: string[]];

const checks: readonly Command[] = [
  ['prettier', '--check', '--log-level', 'warn', '.'],
  ['oxlint', '--type-aware', '--deny-warnings', 'src', 'test', 'scripts'],
  ['tsc', '--noEmit'],
  ['node', 'scripts/generate.ts', '--check'],
  ['node', 'scripts/build.mjs'],
];
const TROUBLES = 'test/e2e/bad-*.test.ts';
const mocha = ['mocha', '--reporter', 'test/counting-reporter.mjs'] as const;
/** One after another; those of a step at the same time. */
const steps: readonly (readonly Command[])[] = [
  [[...mocha, '--parallel', '--jobs', '2', 'test/unit/**/*.test.ts']],
  [[...mocha, '--parallel', '--jobs', '2', 'test/integration/**/*.test.ts']],
  // They wait more than they work: more of them than cores. All troubles are told by one controller.
  [
    [...mocha, '--parallel', '--jobs', '3', '--ignore', TROUBLES, 'test/e2e/**/*.test.ts'],
    [...mocha, TROUBLES],
  ],
];

/** Runs a command and resolves with whether it succeeded; `alone`, it shows its output at once. */
async function run(command: Command, alone: boolean, countsFile?: string): Promise<boolean> {
  const [program, ...args] = command;
  const title = `\n> ${command.join(' ')}\n`;
  if (alone) process.stdout.write(title);
  const file = program === 'node' ? process.execPath : join(root, 'node_modules/.bin', program);
  const startedAt = performance.now();
  const child = spawn(file, args, {
    cwd: root,
    stdio: alone ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(countsFile === undefined ? {} : { COUNTS_FILE: countsFile }) },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (data: Buffer) => (said += data.toString()));
  }
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      said += `${error.message}\n`;
      resolve(null);
    });
    child.once('close', resolve);
  });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`${alone ? '' : title}${said}  ${seconds} s\n`);
  return code === 0;
}

interface Counts {
  readonly passes: number;
  readonly failures: number;
  /** Skipped, because the machine lacks what they need. */
  readonly pending: number;
  readonly failed: readonly { readonly title: string; readonly error: string }[];
}

function readCounts(file: string): Counts {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Counts;
  } catch {
    // The runner died before it could count: that is a failure of its own.
    return { passes: 0, failures: 1, pending: 0, failed: [] };
  }
}

let passed = 0;
let failed = 0;
let skipped = 0;
const broken: string[] = [];
/** Shown again at the end: the suites' own words may be thousands of lines above. */
const failures: Counts['failed'][number][] = [];
for (const check of checks) if (!(await run(check, true))) broken.push(check.join(' '));
for (const [step, suites] of steps.entries()) {
  const runSuite = async (suite: Command, index: number) => {
    const file = join(counts, `${step}-${index}.json`);
    const ok = await run(suite, suites.length === 1, file);
    const counted = readCounts(file);
    passed += counted.passes;
    failed += counted.failures;
    skipped += counted.pending;
    failures.push(...counted.failed);
    if (!ok && counted.failed.length === 0) broken.push(suite.join(' '));
  };
  await Promise.all(suites.map(runSuite));
}
rmSync(counts, { recursive: true });

for (const { title, error } of failures) console.error(`\nFailed: ${title}\n${error}`);
for (const command of broken) console.error(`Failed: ${command}`);
const also = skipped > 0 ? `, ${skipped} skipped` : '';
console.log(`\n${passed} passed, ${failed} failed${also}`);
process.exitCode = failed > 0 || broken.length > 0 || passed === 0 ? 1 : 0;
