import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lifeline } from '../../test/control-plane/lifeline.ts';

export interface Controller {
  readonly pid: number;
  /** An error with the end of the log, which is gone when the demo has ended. */
  withLog(reason: string): Promise<Error>;
  /** Ends it; SIGTERM is an orderly end, and after a few seconds one by force. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export interface ControllerOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Where its log goes. */
  readonly logFile: string;
  readonly lifeline: Lifeline;
  /** Called when it ends without being told to. */
  readonly onDeath: (why: Error) => void;
}

const LOG_LINES = 10;
const PATIENCE_MS = 5_000;

/** Starts the controller as a local process. It does not outlive the demo. */
export async function startController(options: ControllerOptions): Promise<Controller> {
  const log = await open(options.logFile, 'a');
  // In a group of its own: Ctrl-C is for the demo, which ends it in order.
  const child = spawn(options.program, options.args, {
    env: options.environment,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  const exited = once(child, 'exit');
  const { pid } = child;
  await log.close();
  if (pid === undefined) {
    await exited;
    throw new Error(`${options.program} cannot be started`);
  }
  const forget = await options.lifeline.note(-pid);
  let stopping = false;
  const gone = untilGone();
  async function untilGone(): Promise<void> {
    const [code, signal] = await exited;
    await forget();
    if (stopping) return;
    const how = signal === null ? `with code ${String(code)}` : `by ${String(signal)}`;
    options.onDeath(await withLog(`The controller ended ${how}.`));
  }

  async function withLog(reason: string): Promise<Error> {
    const log = await readFile(options.logFile, 'utf8').catch(() => '');
    const lines = log.trim().split('\n').slice(-LOG_LINES);
    if (log.trim() === '') return new Error(`${reason} The controller has logged nothing.`);
    return new Error([reason, "The controller's log ends with:", ...lines].join('\n'));
  }

  function kill(signal: NodeJS.Signals): void {
    if (child.exitCode === null && child.signalCode === null) process.kill(-(pid ?? 0), signal);
  }

  return {
    pid,
    withLog,
    async stop(signal) {
      stopping = true;
      kill(signal);
      const waiting = new AbortController();
      const late = sleep(PATIENCE_MS, undefined, { signal: waiting.signal }).then(
        () => kill('SIGKILL'),
        () => {},
      );
      await gone;
      waiting.abort();
      await late;
    },
  };
}
