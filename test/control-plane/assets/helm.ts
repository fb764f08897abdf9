import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { firstExecutable } from './cache.ts';
import type { Machine } from './machine.ts';
import type { LocatedArchive, ReadText, Release } from './release.ts';

const run = promisify(execFile);

/** Helm 3.17 is the oldest that the chart is tested with. */
const OLDEST = { major: 3, minor: 17 };

export const helm: Release = helmRelease({
  version: 'v4.1.4',
  module: fileURLToPath(new URL('../helm', import.meta.url)),
  go: '1.25',
  archiveBase: 'https://get.helm.sh',
});

export function helmRelease(pins: {
  readonly version: string;
  readonly module: string;
  readonly go: string;
  readonly archiveBase: string;
}): Release {
  const { version, module, go } = pins;
  return {
    title: `Helm ${version.slice(1)}`,
    version,
    folder: `helm-${version}`,
    archive: {
      folder: `helm-${version}`,
      binaries: ['helm'],
      depth: 1,
      locate: (platform, readText) =>
        locateArchive(`${pins.archiveBase}/helm-${version}-${platform}.tar.gz`, readText),
    },
    module,
    go,
    builds: {
      helm: {
        package: 'helm.sh/helm/v4/cmd/helm',
        values: { 'helm.sh/helm/v4/internal/version.version': version },
        duration: 'about a minute',
      },
    },
  };
}

/** The checksum lies beside the archive, in the format of sha256sum. */
async function locateArchive(url: string, readText: ReadText): Promise<LocatedArchive> {
  const digest = /^[0-9a-f]{64}\b/i.exec(await readText(`${url}.sha256sum`))?.[0];
  if (digest === undefined) throw new Error(`${url}.sha256sum holds no checksum`);
  return { url, algorithm: 'sha256', digest: digest.toLowerCase() };
}

/** The first `helm` on the PATH, if it runs and is new enough. */
export async function helmOnPath(machine: Machine): Promise<string | undefined> {
  const folders = (machine.env['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  const file = await firstExecutable(folders.map((folder) => path.join(folder, 'helm')));
  return file !== undefined && (await isNewEnough(file, machine)) ? file : undefined;
}

async function isNewEnough(file: string, machine: Machine): Promise<boolean> {
  const { env, signal } = machine;
  try {
    const { stdout } = await run(file, ['version', '--short'], { env, signal, timeout: 10_000 });
    const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(stdout) ?? [];
    const order = Number(major) - OLDEST.major || Number(minor) - OLDEST.minor;
    return order >= 0;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}
