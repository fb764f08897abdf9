import { mkdir, mkdtemp, rename } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from '../command.ts';
import { openLifeline } from '../lifeline.ts';
import { releaseFolders } from './cache.ts';
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
  const target = releaseFolders(release, machine).built;
  await mkdir(target, { recursive: true });
  const scratch = await mkdtemp(path.join(target, '.build-'));
  const lifeline = await openLifeline(scratch);
  try {
    const output = path.join(scratch, name);
    machine.tell(
      `Building ${name} ${release.version.slice(1)} with Go, once, ${build.duration} on two cores`,
    );
    const result = await runCommand(
      lifeline,
      'go',
      ['build', '-C', release.module, ...goFlags(build), '-o', output, build.package],
      goEnvironment(machine, scratch),
      { signal: machine.signal },
    ).catch((error: unknown) => {
      throw new Error(isMissing(error) ? 'Go is not installed' : `Go cannot be run: ${error}`);
    });
    machine.signal.throwIfAborted();
    if (result.code !== 0) throw new Error(`go build ${build.package}: ${lastLine(result.stderr)}`);
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
