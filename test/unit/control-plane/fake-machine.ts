import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Machine } from '../../control-plane/assets/machine.ts';

export interface FakeMachine {
  readonly machine: Machine;
  readonly folder: string;
  /** The folder of the cache, whether it exists or not. */
  readonly cache: string;
  /** The lines that were told. */
  readonly told: string[];
  readonly abort: AbortController;
  /** Puts an executable shell script on the PATH. */
  command(name: string, script: string): Promise<string>;
  /**
   * Puts a `go` on the PATH that writes the name of its output into its output, after `first`, more
   * shell code.
   */
  go(first?: string): Promise<void>;
  /** The command lines of `go`, in order. */
  goRuns(): Promise<readonly string[]>;
  remove(): Promise<void>;
}

/** A machine with an empty home and nothing on its PATH. */
export async function fakeMachine(platform = 'linux-amd64'): Promise<FakeMachine> {
  const folder = await mkdtemp(path.join(tmpdir(), 'fake-machine-'));
  const bin = path.join(folder, 'bin');
  await mkdir(bin);
  const abort = new AbortController();
  const told: string[] = [];
  const record = path.join(folder, 'go-runs');

  async function command(name: string, script: string): Promise<string> {
    return executable(path.join(bin, name), script);
  }

  return {
    machine: {
      env: { HOME: folder, PATH: bin },
      platform,
      tell: (line) => void told.push(line),
      signal: abort.signal,
    },
    folder,
    cache: path.join(folder, '.cache', 'institution-sync', 'control-plane'),
    told,
    abort,
    command,
    go: async (first = '') =>
      void (await command(
        'go',
        `[ "$1" = version ] && exit 0
        echo "$CGO_ENABLED $GOOS $GOARCH $GOWORK" "$@" >>'${record}'
        ${first}
        while [ "$1" != -o ]; do shift; done
        echo "#!/bin/sh
        echo \${2##*/} by Go" >"$2"
        PATH=/usr/bin:/bin chmod 755 "$2"`,
      )),
    async goRuns() {
      const lines = await readFile(record, 'utf8').catch(() => '');
      return lines.split('\n').filter(Boolean);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Writes an executable shell script, with the folders above it. */
export async function executable(file: string, script: string): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return file;
}
