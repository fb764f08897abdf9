// Runs the tests that depend on the API server against the oldest and the newest supported version of
// Kubernetes, or those that are named: `npm run test:matrix -- 1.34`. Their binaries are obtained as
// for `npm test`. Exits 1 when a test fails.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { controlPlaneBinaries } from '../test/control-plane/assets.ts';
import { managerBinaries } from '../test/control-plane/managers.ts';
import { thisMachine, type Machine } from '../test/control-plane/assets/machine.ts';
import type { Release } from '../test/control-plane/assets/release.ts';
import {
  kubernetes,
  newestKubernetes,
  oldestKubernetes,
} from '../test/control-plane/assets/versions.ts';

const ROOT = path.dirname(import.meta.dirname);
const RELEASES = [oldestKubernetes, kubernetes, newestKubernetes];

/** The schema and its rules, the chart, rights, and each kind of request that the controller makes. */
const ALWAYS = [
  'resource-*',
  'older-schema',
  'chart-*',
  'rights',
  'kubernetes-*',
  'first-sync',
  'lifecycle-deletion',
  'lifecycle-limits',
  'lifecycle-namespaces',
  'lifecycle-status',
];
/** Releases and their pods, which need a controller manager and a scheduler of the same version. */
const WITH_PODS = ['motion-*'];

function chosenReleases(names: readonly string[]): readonly Release[] {
  if (names.length === 0) return [oldestKubernetes, newestKubernetes];
  return names.map((name) => {
    const found = RELEASES.find(({ version }) => version.startsWith(`v${name}.`));
    if (found !== undefined) return found;
    const known = RELEASES.map(({ version }) => version.slice(1).replace(/\.\d+$/, ''));
    throw new Error(`${name} is not among the versions: ${known.join(', ')}`);
  });
}

/** Runs the tests on this release and resolves with what mocha counted. */
async function runOn(release: Release): Promise<{ passes: number; failures: number }> {
  const machine = { ...thisMachine(), env: { ...process.env, KUBEBUILDER_ASSETS: '' } };
  const binaries = await controlPlaneBinaries({ machine, kubernetes: release });
  const folder = await mkdtemp(path.join(tmpdir(), 'institution-sync-matrix-'));
  try {
    await symlink(binaries.etcd, path.join(folder, 'etcd'));
    await symlink(binaries.kubeApiserver, path.join(folder, 'kube-apiserver'));
    await symlink(binaries.kubectl, path.join(folder, 'kubectl'));
    await symlink(binaries.helm, path.join(folder, 'helm'));
    const managers = await managersOf(release, machine);
    for (const [name, file] of managers) await symlink(file, path.join(folder, name));
    const files = managers.size > 0 ? [...ALWAYS, ...WITH_PODS] : ALWAYS;
    const counts = path.join(folder, 'counts.json');
    const code = await mocha(files, { KUBEBUILDER_ASSETS: folder, COUNTS_FILE: counts });
    const text = await readFile(counts, 'utf8').catch(() => '{"passes":0,"failures":1}');
    const { passes, failures } = JSON.parse(text) as { passes: number; failures: number };
    return { passes, failures: code !== 0 && failures === 0 ? 1 : failures };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** None when they are not to be had: no archive holds them, only Go can bring them. */
async function managersOf(
  release: Release,
  machine: Machine,
): Promise<ReadonlyMap<string, string>> {
  try {
    return await managerBinaries({ machine, kubernetes: release });
  } catch (error) {
    console.error(`Without pods: ${error instanceof Error ? error.message : String(error)}`);
    return new Map();
  }
}

function mocha(
  names: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<number | null> {
  const files = names.map((name) => `test/e2e/${name}.test.ts`);
  const args = ['--reporter', 'test/counting-reporter.mjs', '--timeout', '60000', ...files];
  const child = spawn(path.join(ROOT, 'node_modules/.bin/mocha'), args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}

const summary: string[] = [];
for (const release of chosenReleases(process.argv.slice(2))) {
  console.log(`\n${release.title}`);
  const { passes, failures } = await runOn(release);
  summary.push(`${release.title}: ${passes} passed, ${failures} failed`);
  if (failures > 0) process.exitCode = 1;
}
console.log(`\n${summary.join('\n')}`);
