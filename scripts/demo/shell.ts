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

export function openShell({ environment, lifeline, signal }: ShellOptions): Shell {
  async function start(line: string) {
    signal.throwIfAborted();
    // In a process group of its own, so that what the shell starts can be ended with it.
    const child = spawn('/bin/sh', ['-c', line], {
      cwd: root,
      env: environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const closed = once(child, 'close');
    const { pid } = child;
    // The reason why there is no process comes as an error event.
    if (pid === undefined) return { child, done: closed, end: () => {} };
    const end = () => endGroup(pid);
    signal.addEventListener('abort', end, { once: true });
    // A negative number stands for the group.
    const forget = await lifeline.note(-pid);
    async function untilDone(): Promise<void> {
      await closed;
      signal.removeEventListener('abort', end);
      await forget();
    }
    return { child, done: untilDone(), end };
  }

  return {
    async run(line) {
      const { child, done } = await start(line);
      const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), done]);
      signal.throwIfAborted();
      if (child.exitCode === 0) return linesOf(stdout);
      throw new Error(`${nameOf(line)} failed: ${linesOf(stderr).at(-1) ?? 'it says nothing'}`);
    },
    async follow(line, isLast, timeoutSeconds) {
      const { child, done, end } = await start(line);
      const stderr = text(child.stderr);
      let complete = false;
      const late = setTimeout(end, timeoutSeconds * 1000);
      for await (const printed of createInterface({ input: child.stdout })) {
        complete ||= isLast(printed);
        if (complete) break;
      }
      clearTimeout(late);
      end();
      await done;
      signal.throwIfAborted();
      if (complete) return;
      const said = linesOf(await stderr).at(-1) ?? `nothing more in ${timeoutSeconds} seconds`;
      throw new Error(`${nameOf(line)} did not show what was expected: ${said}`);
    },
  };
}

function endGroup(pid: number): void {
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
