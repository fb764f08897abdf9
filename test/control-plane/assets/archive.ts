import { mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { extract } from 'tar';
import { openLifeline } from '../lifeline.ts';
import { cacheFolder, firstExecutable, releaseFolders } from './cache.ts';
import { openDownloader } from './download.ts';
import type { Machine } from './machine.ts';
import type { Release } from './release.ts';

/**
 * Puts the binaries of the official archive into the cache. Rejects, with a reason for people, when
 * the archive cannot be had or is not what it must be; the cache is then as before.
 */
export async function unpackArchive(release: Release, machine: Machine): Promise<void> {
  const { archive } = release;
  const lifeline = await openLifeline(path.join(cacheFolder(machine), '.download-'));
  const scratch = lifeline.folder;
  const downloader = openDownloader(machine.signal);
  try {
    const located = await archive.locate(machine.platform, downloader.readText);
    const file = path.join(scratch, 'archive.tar.gz');
    await downloader.save(located, file, (bytes) => {
      const size = bytes > 0 ? ` (${Math.ceil(bytes / 1_000_000)} MB)` : '';
      machine.tell(`Downloading ${located.url}${size}, once`);
    });
    await extract({
      file,
      cwd: scratch,
      strip: archive.depth,
      filter: (entry) => archive.binaries.includes(path.basename(entry)),
    });
    for (const name of archive.binaries) {
      const unpacked = await firstExecutable([path.join(scratch, name)]);
      if (unpacked === undefined) throw new Error(`${located.url} does not hold ${name}`);
    }
    const target = releaseFolders(release, machine).unpacked;
    await mkdir(target, { recursive: true });
    for (const name of archive.binaries) {
      await rename(path.join(scratch, name), path.join(target, name));
    }
  } finally {
    await downloader.close();
    await lifeline.end();
  }
}
