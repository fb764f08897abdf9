import { mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from '../command.ts';
import { openLifeline } from '../lifeline.ts';
import { cacheFolder, releaseFolders } from './cache.ts';
import type { Machine } from './machine.ts';
import type { Build, Release } from './release.ts';

/**
 * Builds one binary of a release from its pinned modules into the cache. Rejects, with a reason for
 * people, when Go is missing or fails; the cache is then as before. A build does not outlive this
 * process.
 */
export async function buildWithGo(release: Release, name: string, machine: Machine): Promise<void> {
  const build = release.builds[name];
  if (!build) throw new Error(`there is no way to build ${name}`);
  const lifeline = await openLifeline(path.join(cacheFolder(machine), '.build-'));
  const scratch = lifeline.folder;
  try {
    const output = path.join(scratch, name);
    const flags = [...goFlags(build), '-o', output];
    const environment = goEnvironment(machine, scratch);
    const go = (...args: string[]) =>
      runCommand(lifeline, 'go', args, environment, { signal: machine.signal });
    await go('version').catch((error: unknown) => {
      throw new Error(
        isMissing(error) ? 'Go is not installed' : `Go does not run: ${String(error)}`,
      );
    });
    machine.tell(
      `Building ${name} (${release.title}) with Go, once: ${build.duration} on two cores`,
    );
    const result = await go('build', '-C', release.module, ...flags, build.package);
    machine.signal.throwIfAborted();
    if (result.code !== 0) throw new Error(`go build ${build.package}: ${lastLine(result.stderr)}`);
    const target = releaseFolders(release, machine).built;
    await mkdir(target, { recursive: true });
    await rename(output, path.join(target, name));
  } finally {
    await lifeline.end();
  }
}

function goFlags(build: Build): string[] {
  const values = Object.entries(build.values).map(([name, value]) => `-X ${name}=${value}`);
  // -s and -w leave out what only debuggers read, a third of the size.
  return ['-mod=readonly', '-trimpath', `-ldflags=${['-s', '-w', ...values].join(' ')}`];
}

function goEnvironment(machine: Machine, scratch: string): NodeJS.ProcessEnv {
  const [GOOS, GOARCH] = machine.platform.split('-');
  // A workspace or flags of the user's would change what is built.
  return {
    ...machine.env,
    CGO_ENABLED: '0',
    GOOS,
    GOARCH,
    GOWORK: 'off',
    GOFLAGS: '',
    GOTMPDIR: scratch,
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) ?? '';
}
