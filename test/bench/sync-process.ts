import { spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Auth0Sandbox } from '../sandbox/auth0/start.ts';
import { caFile } from '../sandbox/certificates.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/institution-sync.js', import.meta.url));

type Line = Readonly<Record<string, unknown>>;

/** The command `sync` as a process. */
export interface SyncProcess {
  readonly pid: number;
  /** As performance.now() tells. */
  readonly startedAt: number;
  /** Waits until so many rounds in all have ended well; rejects when the process ends before. */
  rounds(count: number): Promise<void>;
  /** Waits for the next line of its log that has this message. */
  untilLine(message: string): Promise<Line>;
  /** Resolves with the exit code. */
  readonly exit: Promise<number | null>;
  /** Ends it and waits for that. */
  stop(): Promise<void>;
}

/** Starts it between the two services; `settings` are further variables of its environment. */
export async function startSync(
  auth0: Pick<Auth0Sandbox, 'domain' | 'clientId' | 'clientSecret'>,
  endpoint: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<SyncProcess> {
  const authority = await caFile();
  const startedAt = performance.now();
  const child = spawn(process.execPath, [PROGRAM, 'sync'], {
    env: {
      PATH: process.env['PATH'],
      NODE_EXTRA_CA_CERTS: authority,
      AUTH0_DOMAIN: auth0.domain,
      AUTH0_CLIENT_ID: auth0.clientId,
      AUTH0_CLIENT_SECRET: auth0.clientSecret,
      THE_INSTITUTIONS_ENDPOINT: endpoint,
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  let finished = 0;
  const waiting = new Map<number, () => void>();
  const lines = createInterface({ input: child.stdout }).on('line', (line) => {
    if (!line.includes('"message":"sync finished"')) return;
    finished += 1;
    waiting.get(finished)?.();
  });
  return {
    pid: child.pid ?? 0,
    startedAt,
    exit: exited.then(([code]) => code),
    rounds(count) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      waiting.set(count, resolve);
      if (finished >= count) resolve();
      void exited.then(([code]) => reject(new Error(`the sync ended with ${code}`)));
      return promise;
    },
    async untilLine(message) {
      for await (const [line] of on(lines, 'line') as AsyncIterable<[string]>) {
        if (line.includes(`"message":"${message}"`)) return JSON.parse(line) as Line;
      }
      throw new Error('the sync ended');
    },
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
