import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Group } from './groups.ts';
import { Report } from './score.ts';

/** A mutant that makes a loop endless is stopped this long after three times the tests' usual time. */
const TIMEOUT_MS = 10_000;
const TIMEOUT_FACTOR = 3;

/**
 * What no test of a group reads; the rest is copied for each group. Without tsconfig.json, Stryker does
 * not ask for an interface of TypeScript that version 7 has not.
 */
const NOT_COPIED = ['charts', 'deploy', 'docs', 'dist*', 'coverage', '.c*', 'tsconfig.json'];

/**
 * Has Stryker mutate the group's files in a copy of the project, and run its tests once for each
 * mutant. Throws when the tests fail without any mutant.
 */
export function runGroup(root: string, group: Group, concurrency: number): Report {
  const folder = mkdtempSync(join(tmpdir(), 'institution-sync-mutants-'));
  try {
    const config = join(folder, 'stryker.json');
    const report = join(folder, 'report.json');
    writeFileSync(
      config,
      JSON.stringify({
        mutate: group.files,
        // Stryker's own runner for mocha does not know this version of it.
        testRunner: 'command',
        commandRunner: {
          command: `node_modules/.bin/mocha --bail --exit --reporter dot ${group.tests.join(' ')}`,
        },
        concurrency,
        timeoutMS: TIMEOUT_MS,
        timeoutFactor: TIMEOUT_FACTOR,
        ignorePatterns: NOT_COPIED,
        tempDirName: join(folder, 'copies'),
        plugins: [],
        reporters: ['json'],
        jsonReporter: { fileName: report },
        allowConsoleColors: false,
        logLevel: 'warn',
      }),
    );
    const { status } = spawnSync(join(root, 'node_modules/.bin/stryker'), ['run', config], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      // Each mutant is a process of its own: what they have in common is compiled once.
      env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') },
    });
    if (status !== 0) throw new Error(`The tests of ${group.name} could not be run on mutants`);
    return Report.parse(JSON.parse(readFileSync(report, 'utf8')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
