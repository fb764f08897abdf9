import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Lifeline } from '../control-plane/lifeline.ts';

const run = promisify(execFile);
const SCRIPT = path.join(import.meta.dirname, 'container-root.sh');
const NAMESPACES = ['--user', '--map-root-user', '--mount', '--uts'] as const;

export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

export interface ProcessOptions {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** An empty folder of this machine where the root file system comes to be. */
  readonly root: string;
  readonly mounts: readonly Mount[];
  readonly readOnlyRoot: boolean;
  readonly hostname: string;
  readonly uid: number;
  readonly gid: number;
  readonly lifeline: Lifeline;
  readonly onOutput: (text: string) => void;
}

export interface Exit {
  readonly exitCode: number;
  readonly signal: number | undefined;
}

export interface ContainerProcess {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
}

/** Why containers cannot run on this machine; undefined when they can. */
export async function isolationFault(): Promise<string | undefined> {
  try {
    await run('unshare', [...NAMESPACES, 'hostname', 'test']);
    return undefined;
  } catch {
    return 'this machine does not let its users make namespaces (unshare --user --mount --uts)';
  }
}

const SIGNALS: Readonly<Record<string, number>> = { SIGKILL: 9, SIGTERM: 15, SIGABRT: 6 };

/**
 * Starts a container's process: it sees the image's files and the mounts, nothing else of this
 * machine but its libraries; its root is as read-only as the pod asks, its host name is the pod's.
 * It shares the network and the other processes of this machine. It does not outlive this process.
 */
export async function startProcess(options: ProcessOptions): Promise<ContainerProcess> {
  const { root, hostname, uid, gid, lifeline } = options;
  await mkdir(root, { recursive: true });
  const mode = (readOnly: boolean) => (readOnly ? 'ro' : 'rw');
  const child = spawn(
    'unshare',
    [
      ...NAMESPACES,
      '/bin/sh',
      SCRIPT,
      root,
      hostname,
      String(uid),
      String(gid),
      mode(options.readOnlyRoot),
      ...options.mounts.flatMap(({ source, target, readOnly }) => [mode(readOnly), source, target]),
      '--',
      ...options.command,
    ],
    { env: options.env, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  if (child.pid === undefined) {
    await closed;
    throw new Error('unshare cannot be started');
  }
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', options.onOutput);
  }
  const forget = await lifeline.note(child.pid);
  return {
    pid: child.pid,
    exited: closed.then(async ([code, name]) => {
      await forget();
      if (name === null) return { exitCode: code ?? 0, signal: undefined };
      const signal = SIGNALS[name];
      return { exitCode: 128 + (signal ?? 0), signal };
    }),
    kill: (signal) => void child.kill(signal),
  };
}
