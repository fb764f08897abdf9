import { access, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Machine } from './machine.ts';
import type { Release } from './release.ts';

/** The project's own folder in the user's cache (XDG base directory specification). */
export function cacheFolder(machine: Machine): string {
  const { XDG_CACHE_HOME = '', HOME = homedir() } = machine.env;
  const base = path.isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : path.join(HOME, '.cache');
  return path.join(base, 'institution-sync', 'control-plane');
}

/** Where binaries of this release come to lie: those that are built, those of the archive. */
export function releaseFolders(release: Release, machine: Machine) {
  const under = (folder: string) =>
    path.join(cacheFolder(machine), `${folder}-${machine.platform}`);
  return { built: under(release.folder), unpacked: under(release.archive.folder) };
}

/** The paths of those among `names` that the cache has. */
export async function readCache(
  release: Release,
  names: readonly string[],
  machine: Machine,
): Promise<ReadonlyMap<string, string>> {
  const { built, unpacked } = releaseFolders(release, machine);
  const found = new Map<string, string>();
  for (const name of names) {
    const file = await firstExecutable([path.join(built, name), path.join(unpacked, name)]);
    if (file !== undefined) found.set(name, file);
  }
  return found;
}

/** The first of these files that exists and may be run. */
export async function firstExecutable(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return file;
  }
  return undefined;
}
