import { setTimeout as sleep } from 'node:timers/promises';
import type { Container } from './pod.ts';
import { runProbes } from './probes.ts';
import type { ContainerProcess, Exit } from './process.ts';

export interface Terminated {
  readonly exitCode: number;
  readonly signal?: number;
  readonly reason: 'Completed' | 'Error';
  readonly message?: string;
  readonly startedAt: string;
  readonly finishedAt: string;
}

/** As a pod's status has it. */
export type ContainerState =
  | { readonly waiting: { readonly reason: string; readonly message?: string } }
  | { readonly running: { readonly startedAt: string } }
  | { readonly terminated: Terminated };

export interface ContainerStatus {
  readonly state: ContainerState;
  readonly lastState: Partial<Extract<ContainerState, { terminated: unknown }>>;
  readonly ready: boolean;
  readonly started: boolean;
  readonly restartCount: number;
}

export interface RunningContainer {
  status(): ContainerStatus;
  /** SIGTERM, then SIGKILL after `graceSeconds`; a second call can only shorten that. */
  stop(graceSeconds: number): void;
  /** Resolves when it has been stopped and its process has ended. */
  readonly done: Promise<void>;
}

export interface ContainerOptions {
  readonly container: Container;
  readonly address: string;
  readonly graceSeconds: number;
  /** Before the second restart; doubled for each further one, at most 30 times as long. */
  readonly backoffMs: number;
  start(onOutput: (text: string) => void): Promise<ContainerProcess>;
  onOutput(text: string): void;
  onChange(): void;
}

/** What a kubelet keeps of the output as a message. */
const MESSAGE_LENGTH = 2048;
const MOST_BACKOFFS = 30;

/** Runs a container until it is stopped, and starts it anew whenever it ends. */
export function runContainer(options: ContainerOptions): RunningContainer {
  const { container, address, backoffMs, onChange } = options;
  const stopped = new AbortController();
  let process: ContainerProcess | undefined;
  let killTimer: NodeJS.Timeout | undefined;
  let status: ContainerStatus = {
    state: { waiting: { reason: 'ContainerCreating' } },
    lastState: {},
    ready: false,
    started: false,
    restartCount: 0,
  };

  function change(changes: Partial<ContainerStatus>): void {
    status = { ...status, ...changes };
    onChange();
  }

  function end(graceSeconds: number): void {
    process?.kill(graceSeconds > 0 ? 'SIGTERM' : 'SIGKILL');
    clearTimeout(killTimer);
    killTimer = setTimeout(() => process?.kill('SIGKILL'), graceSeconds * 1000);
  }

  async function runOnce(): Promise<Terminated> {
    let output = '';
    const current = await options.start((text) => {
      output = (output + text).slice(-MESSAGE_LENGTH);
      options.onOutput(text);
    });
    process = current;
    const startedAt = now();
    const probing = new AbortController();
    change({ state: { running: { startedAt } }, started: false, ready: false });
    if (stopped.signal.aborted) end(0);
    const probes = runProbes(
      container,
      address,
      {
        onStarted: () => change({ started: true }),
        onReady: (ready) => ready === status.ready || change({ ready }),
        onDead: () => end(options.graceSeconds),
      },
      AbortSignal.any([probing.signal, stopped.signal]),
    );
    const exit = await current.exited;
    process = undefined;
    clearTimeout(killTimer);
    probing.abort();
    await probes;
    return terminatedOf(exit, startedAt, container, output);
  }

  async function run(): Promise<void> {
    for (;;) {
      const terminated = await runOnce();
      change({ state: { terminated }, ready: false, started: false });
      if (stopped.signal.aborted) return;
      await pause(status.restartCount);
      if (stopped.signal.aborted) return;
      change({ lastState: { terminated }, restartCount: status.restartCount + 1 });
    }
  }

  /** The first restart is made at once. */
  async function pause(restarts: number): Promise<void> {
    if (restarts === 0) return;
    const factor = Math.min(2 ** (restarts - 1), MOST_BACKOFFS);
    const state = status.state;
    change({
      state: {
        waiting: {
          reason: 'CrashLoopBackOff',
          message: `back-off ${(factor * backoffMs) / 1000}s restarting failed container`,
        },
      },
      lastState: 'terminated' in state ? state : {},
    });
    await sleep(factor * backoffMs, undefined, { signal: stopped.signal }).catch(() => {});
  }

  return {
    status: () => status,
    stop(graceSeconds) {
      stopped.abort();
      end(graceSeconds);
    },
    done: run().finally(() => clearTimeout(killTimer)),
  };
}

function terminatedOf(
  { exitCode, signal }: Exit,
  startedAt: string,
  { terminationMessagePolicy }: Container,
  output: string,
): Terminated {
  const tells = exitCode !== 0 && terminationMessagePolicy === 'FallbackToLogsOnError';
  return {
    exitCode,
    ...(signal !== undefined && { signal }),
    reason: exitCode === 0 ? 'Completed' : 'Error',
    ...(tells && output !== '' && { message: output }),
    startedAt,
    finishedAt: now(),
  };
}

/** Kubernetes' times have whole seconds. */
function now(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}
