// Everything that must hold before a change lands. Ends with `N passed, N failed` alone on a line,
// counted by mocha itself; exits 1 when a check or a test fails.
import { spawnSync } from 'node:child_process';
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
const mocha = ['mocha', '--reporter', 'test/counting-reporter.mjs'] as const;
const suites: readonly Command[] = [
  [...mocha, '--parallel', '--jobs', '2', 'test/unit/**/*.test.ts'],
  [...mocha, '--parallel', '--jobs', '2', 'test/integration/**/*.test.ts'],
  [...mocha, 'test/e2e/**/*.test.ts'],
];

function run([program, ...args]: Command, countsFile?: string): boolean {
  console.log(`\n> ${[program, ...args].join(' ')}`);
  const file = program === 'node' ? process.execPath : join(root, 'node_modules/.bin', program);
  const startedAt = performance.now();
  const { status, error } = spawnSync(file, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...(countsFile === undefined ? {} : { COUNTS_FILE: countsFile }) },
  });
  if (error) console.error(error.message);
  console.log(`  ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  return status === 0;
}

interface Counts {
  readonly passes: number;
  readonly failures: number;
}

function readCounts(file: string): Counts {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Counts;
  } catch {
    // The runner died before it could count: that is a failure of its own.
    return { passes: 0, failures: 1 };
  }
}

let passed = 0;
let failed = 0;
const broken: string[] = [];
for (const check of checks) if (!run(check)) broken.push(check.join(' '));
for (const [index, suite] of suites.entries()) {
  const file = join(counts, `${index}.json`);
  const ok = run(suite, file);
  const { passes, failures } = readCounts(file);
  passed += passes;
  failed += failures;
  if (!ok && failures === 0) broken.push(suite.join(' '));
}
rmSync(counts, { recursive: true });

for (const command of broken) console.error(`Failed: ${command}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || broken.length > 0 || passed === 0 ? 1 : 0;
