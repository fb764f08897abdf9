import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';

const run = promisify(execFile);
const ROOT = path.join(import.meta.dirname, '../..');
const CHARTS = 'charts/institution-sync';

/** A checkout of one version: the program as built, and the chart. */
export interface Checkout {
  readonly version: string;
  /** The working directory of the README's commands. */
  readonly folder: string;
  readonly dist: string;
}

/** The version that is checked out here. */
export async function thisVersion(): Promise<Checkout> {
  const chart = await readFile(path.join(ROOT, CHARTS, 'Chart.yaml'), 'utf8');
  const version = /^appVersion: (\S+)$/m.exec(chart)?.[1] ?? '';
  return { version, folder: ROOT, dist: path.join(ROOT, 'dist') };
}

/** The same code under another version, beneath `folder`. */
export async function asVersion(version: string, folder: string): Promise<Checkout> {
  const before = await thisVersion();
  const chart = path.join(folder, CHARTS);
  await cp(path.join(ROOT, CHARTS), chart, { recursive: true });
  await replaceIn(path.join(chart, 'Chart.yaml'), before.version, version);
  const dist = path.join(folder, 'dist');
  await cp(before.dist, dist, { recursive: true });
  for (const file of await readdir(dist)) {
    await replaceIn(path.join(dist, file), `"${before.version}"`, `"${version}"`);
  }
  return { version, folder, dist };
}

/**
 * The folder of the chart as it was before its latest change; undefined where there is no history
 * of it, as in a shallow clone.
 */
export async function chartBefore(folder: string): Promise<string | undefined> {
  const git = (...args: string[]) => run('git', ['-C', ROOT, ...args], { encoding: 'buffer' });
  try {
    const { stdout } = await git('log', '-1', '--format=%H', '--', CHARTS);
    const archive = await git('archive', `${stdout.toString().trim()}^`, CHARTS);
    await mkdir(folder, { recursive: true });
    const file = path.join(folder, 'chart.tar');
    await writeFile(file, archive.stdout);
    await run('tar', ['-xf', file, '-C', folder]);
    return folder;
  } catch {
    return undefined;
  }
}

async function replaceIn(file: string, what: string, by: string): Promise<void> {
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll(what, by));
}
