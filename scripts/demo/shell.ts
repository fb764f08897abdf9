import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { Lifeline } from '../../test/control-plane/lifeline.ts';

/** Runs command lines as a user's shell would. What it starts does not outlive the demo. */
export interface Shell {
  /** The lines of the command's standard output. Rejects with its last word when it fails. */
  run(line: string): Promise<string[]>;
  /**
   * Hands on each line as it is printed, until `isLast` says so; then ends the command. Rejects when
   * that takes longer than `timeoutSeconds`.
   */
  follow(line: string, isLast: (printed: string) => boolean, timeoutSeconds: number): Promise<void>;
}

/** Commands name files of the repository. */
const root = path.resolve(import.meta.dirname, '../..');

export interface ShellOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly lifeline: Lifeline;
  readonly signal: AbortSignal;
}

/** The signal ends whatever runs; what was waited for then rejects with its reason. */
export function openShell({ environment, lifeline, signal }: ShellOptions): Shell {
  /** Its output must be read from the same moment on: what nobody reads is lost when it ends. */
  function start(line: string) {
    signal.throwIfAborted();
    // In a process group of its own, so that what the shell starts can be ended with it.
    const child = spawn('/bin/sh', ['-c', line], {
      cwd: root,
      env: environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { pid } = child;
    const end = () => endGroup(pid);
    const closed = once(child, 'close');
    signal.addEventListener('abort', end, { once: true });
    // A negative number stands for the group. Without a number there is an error event.
    const noted = pid === undefined ? undefined : lifeline.note(-pid);

    async function done(): Promise<void> {
      const forget = await noted;
      await closed;
      signal.removeEventListener('abort', end);
      await forget?.();
      signal.throwIfAborted();
    }
    return { child, end, done: done() };
  }

  return {
    async run(line) {
      const { child, done } = start(line);
      const output = Promise.all([text(child.stdout), text(child.stderr)]);
      const [[stdout, stderr]] = await Promise.all([output, done]);
      if (child.exitCode === 0) return linesOf(stdout);
      throw new Error(`${nameOf(line)} failed: ${linesOf(stderr).at(-1) ?? 'it says nothing'}`);
    },
    async follow(line, isLast, timeoutSeconds) {
      const { child, done, end } = start(line);
      const stderr = text(child.stderr);
      const late = setTimeout(end, timeoutSeconds * 1000);
      let complete = false;
      createInterface({ input: child.stdout }).on('line', (printed) => {
        if (complete) return;
        complete = isLast(printed);
        if (complete) end();
      });
      await done.finally(() => clearTimeout(late));
      if (complete) return;
      const said = linesOf(await stderr).at(-1) ?? `nothing more in ${timeoutSeconds} seconds`;
      throw new Error(`${nameOf(line)} did not show what was expected: ${said}`);
    },
  };
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function linesOf(output: string): string[] {
  const trimmed = output.replace(/\s+$/, '');
  return trimmed === '' ? [] : trimmed.split('\n');
}

/** A command in an error: its first line says enough. */
function nameOf(line: string): string {
  const [first = ''] = line.split(/\s*\\?\n/);
  return `\`${first}\``;
}
