import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Lifeline } from './lifeline.ts';

export interface CommandResult {
  /** The exit code; 128 for a command that a signal ended. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Standard input; without it, standard input is empty. */
  readonly input?: string;
  /** Another kubeconfig file than the admin's. */
  readonly kubeconfig?: string;
  /** Variables to add to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** The working directory; this process's own without it. */
  readonly cwd?: string;
  /** Ends the command (SIGTERM). */
  readonly signal?: AbortSignal;
}

/**
 * Runs a command to its end and returns what it said. Rejects only when the command cannot be
 * started. The command does not outlive this process.
 */
export async function runCommand(
  lifeline: Lifeline,
  binary: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { cwd } = options;
  const child = spawn(binary, args, { env: { ...environment, ...options.env }, cwd });
  const closed = once(child, 'close');
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  // A command may end without reading its input; that is its right.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const forget = child.pid === undefined ? undefined : await lifeline.note(child.pid);
  const end = () => child.kill('SIGTERM');
  if (options.signal?.aborted) end();
  options.signal?.addEventListener('abort', end, { once: true });
  try {
    const [[stdout, stderr]] = await Promise.all([output, closed]);
    return { code: child.exitCode ?? 128, stdout, stderr };
  } finally {
    options.signal?.removeEventListener('abort', end);
    await forget?.();
  }
}
