import { unpackArchive } from './archive.ts';
import { cacheFolder, readCache } from './cache.ts';
import { buildWithGo } from './go-build.ts';
import { withLock } from './lock.ts';
import type { Machine } from './machine.ts';
import type { Release } from './release.ts';

/**
 * The paths of these binaries of a release: from the cache; else from the official archive; else
 * built with Go. Rejects with one line that says why and what to do.
 */
export async function obtain(
  release: Release,
  names: readonly string[],
  machine: Machine,
  remedy: string,
): Promise<ReadonlyMap<string, string>> {
  const cached = await readCache(release, names, machine);
  if (names.every((name) => cached.has(name))) return cached;
  return withLock(cacheFolder(machine), machine, () => fill(release, names, machine, remedy));
}

async function fill(
  release: Release,
  names: readonly string[],
  machine: Machine,
  remedy: string,
): Promise<ReadonlyMap<string, string>> {
  const reasons: string[] = [];
  async function attempt(source: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      machine.signal.throwIfAborted();
      reasons.push(`${source}: ${firstLine(error)}`);
    }
  }
  async function missing(): Promise<readonly string[]> {
    const found = await readCache(release, names, machine);
    return names.filter((name) => !found.has(name));
  }

  // Another process may have done all of it while this one waited for the lock.
  if ((await missing()).some((name) => release.archive.binaries.includes(name))) {
    await attempt('the official archive', () => unpackArchive(release, machine));
  }
  await attempt('the build', async () => {
    for (const name of await missing()) await buildWithGo(release, name, machine);
  });
  const absent = await missing();
  if (absent.length === 0) return readCache(release, names, machine);
  throw new Error(
    `${release.title} is not to be had (${absent.join(', ')}): ${reasons.join('; ')}. ` +
      `Connect to the Internet, install Go ${release.go} or newer, or ${remedy}`,
  );
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split('\n', 1).join('');
}
