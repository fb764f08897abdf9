import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * The watchdog: its standard input ends when this process does, however it ends (SIGKILL too). It
 * then kills every process noted in the folder and removes the folder.
 */
const WATCHDOG = `
cat >/dev/null
for note in "$1"/pids/*; do
  [ -f "$note" ] && kill -KILL "$(cat "$note")" 2>/dev/null
done
rm -rf "$1" || { sleep 1; rm -rf "$1"; }
`;

export interface Lifeline {
  /** Absolute path of the folder, which goes with everything in it. */
  readonly folder: string;
  /** Notes a child that must not outlive this process; the returned function forgets it. */
  note(pid: number): Promise<() => Promise<void>>;
  /**
   * Writes an executable that notes its own process id under `name` and then becomes `binary`.
   * Returns its path.
   */
  launcher(name: string, binary: string): Promise<string>;
  /** Sends `signal` to the process of that launcher; false when there is none. */
  signal(name: string, signal: NodeJS.Signals): Promise<boolean>;
  /** Forgets the process of that launcher: call it as soon as it has ended. */
  forget(name: string): Promise<void>;
  /** Kills what is left, removes the folder and ends the watchdog. */
  end(): Promise<void>;
}

/**
 * Ties children, and a new folder whose path begins with `prefix`, to the life of this process.
 * Works on every system that has /bin/sh.
 */
export async function openLifeline(prefix: string): Promise<Lifeline> {
  const folder = await mkdtemp(path.resolve(prefix));
  const pids = path.join(folder, 'pids');
  await mkdir(pids);
  // In a session of its own, so that Ctrl-C does not reach it before it has done its work.
  const watchdog = spawn('/bin/sh', ['-c', WATCHDOG, 'watchdog', folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = once(watchdog, 'exit');

  return {
    folder,
    async note(pid) {
      const file = path.join(pids, String(pid));
      await writeFile(file, String(pid));
      return () => rm(file, { force: true });
    },
    async launcher(name, binary) {
      const file = path.join(folder, `${name}.sh`);
      const script = `#!/bin/sh\necho $$ >${quoted(path.join(pids, name))}\nexec ${quoted(binary)} "$@"\n`;
      await writeFile(file, script, { mode: 0o700 });
      return file;
    },
    async signal(name, signal) {
      const pid = Number(await readFile(path.join(pids, name), 'utf8').catch(() => ''));
      if (!pid) return false;
      try {
        return process.kill(pid, signal);
      } catch {
        // It ended by itself, and nobody has noticed yet.
        return false;
      }
    },
    forget: (name) => rm(path.join(pids, name), { force: true }),
    async end() {
      watchdog.stdin.end();
      await ended;
    },
  };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
