import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { caFile } from '../../sandbox/certificates.ts';
import { PROGRAM, ROOT } from './program.ts';

export interface CliResult {
  /** The exit code; undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Another program than this one, with its arguments. */
  readonly program?: readonly [file: string, ...args: string[]];
}

/** A command that runs. */
export interface RunningCli {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly ended: Promise<CliResult>;
  /** Resolves when the output so far, of both streams, matches; rejects when it ends before. */
  until(pattern: RegExp): Promise<void>;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts the program in an environment that holds nothing of ours but what `env` says. */
export async function startCli(
  args: readonly string[],
  options: CliOptions = {},
): Promise<RunningCli> {
  const [file, ...before] = options.program ?? [process.execPath, '--', PROGRAM];
  const child = spawn(file, [...before, ...args], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      NODE_EXTRA_CA_CERTS: await caFile(),
      ...options.env,
    },
  });
  running.add(child);
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      text[stream] += chunk;
    });
  }
  // A command may end without reading its input.
  child.stdin.on('error', () => {});
  if (options.input !== undefined || options.program === undefined) {
    child.stdin.end(options.input ?? '');
  }
  let over = false;
  const ended = once(child, 'close').then(() => {
    over = true;
    running.delete(child);
    return { code: child.exitCode ?? undefined, ...text };
  });
  return {
    child,
    pid: child.pid ?? 0,
    ended,
    async until(pattern) {
      while (!pattern.test(text.stdout + text.stderr)) {
        if (over) throw new Error(`It ended before ${pattern}: ${text.stdout}${text.stderr}`);
        await wait(10);
      }
    },
  };
}

/** Runs the program to its end. */
export async function runCli(
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> {
  return (await startCli(args, options)).ended;
}

const Line = z.record(z.string(), z.unknown());

/** The lines of a JSON log. */
export function logLines(text: string): readonly Readonly<Record<string, unknown>>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Line.parse(JSON.parse(line)));
}
