import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Machine } from './machine.ts';

const RENEWAL_MS = 2000;
/** A lock whose holder has not renewed it for so long is left over from a process that died. */
const STALE_MS = 15_000;
const POLL_MS = 200;

/**
 * Does `work` while no other process does work under a lock of this folder. A lock that is lost
 * (a machine that slept) costs a second download or build, never a broken file: binaries appear in
 * the cache by renaming.
 */
export async function withLock<T>(
  folder: string,
  machine: Machine,
  work: () => Promise<T>,
): Promise<T> {
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `The cache cannot be written (${reason}): set XDG_CACHE_HOME to a folder of yours`,
    );
  });
  const file = path.join(folder, '.lock');
  const owner = randomUUID();
  let told = false;
  while (!(await take(file, owner))) {
    if (!told) machine.tell('Waiting for another process that prepares the control plane');
    told = true;
    await sleep(POLL_MS, undefined, { signal: machine.signal });
  }
  const renewal = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => {});
  }, RENEWAL_MS);
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    const holder = await readFile(file, 'utf8').catch(() => '');
    if (holder === owner) await rm(file, { force: true });
  }
}

async function take(file: string, owner: string): Promise<boolean> {
  try {
    await writeFile(file, owner, { flag: 'wx' });
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const renewed = await stat(file).then(
    (entry) => entry.mtimeMs,
    () => Date.now(),
  );
  if (Date.now() - renewed < STALE_MS) return false;
  // Renaming decides between several that wait: one of them moves it, the others find it gone.
  const aside = `${file}-${owner}`;
  await rename(file, aside).catch(() => {});
  await rm(aside, { force: true });
  return false;
}
