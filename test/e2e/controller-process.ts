import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ControlPlane } from '../control-plane/start.ts';
import { caFile } from '../sandbox/certificates.ts';
import type { Client } from './client.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/institution-sync.js', import.meta.url));

const LOOPBACK = ['--metrics-bind-address=127.0.0.1:0', '--health-probe-bind-address=127.0.0.1:0'];

type Line = Readonly<Record<string, unknown>>;

/** The controller as a process, as the chart would run it. */
export interface ControllerProcess {
  /** Its log, one parsed line each. */
  readonly lines: Line[];
  readonly child: ChildProcess;
  /** When it was started, as performance.now() tells. */
  readonly startedAt: number;
  /** Resolves with the first line, past or to come, that has this message and these fields. */
  untilLine(message: string, fields?: Line): Promise<Line>;
  /** Sends the signal; resolves with the exit code once all that it wrote is in `lines`. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Starts another process with the same arguments, identity and environment. */
  again(): ControllerProcess;
}

export interface SpawnOptions {
  readonly plane: ControlPlane;
  /** Of the namespace where the chart is installed. */
  readonly client: Client;
  /** Which Deployment of the namespace; `institution-sync` by default. */
  readonly deployment?: string;
  /** Where it finds the API server, such as a proxy's address. */
  readonly server?: string | undefined;
  /** More variables for its environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Starts the controller with the arguments and variables of the chart's Deployment under the chart's service
 * account, so that RBAC holds for it.
 */
export async function spawnController(options: SpawnOptions): Promise<ControllerProcess> {
  const { plane, client, deployment = 'institution-sync', server, environment } = options;
  const { spec } = JSON.parse(
    await client.kubectl('get', 'deployment', deployment, '-o', 'json'),
  ) as {
    spec: {
      template: {
        spec: {
          containers: [{ args: string[]; env?: { name: string; value?: string }[] }];
          serviceAccountName: string;
        };
      };
    };
  };
  const { containers, serviceAccountName } = spec.template.spec;
  const kubeconfig = await plane.serviceAccountKubeconfig(
    client.namespace,
    serviceAccountName,
    server === undefined ? {} : { server },
  );
  const authority = await caFile();
  const command = [PROGRAM, ...containers[0].args, ...LOOPBACK];
  return launch(command, {
    PATH: process.env['PATH'],
    KUBECONFIG: kubeconfig,
    NODE_EXTRA_CA_CERTS: authority,
    ...Object.fromEntries((containers[0].env ?? []).map(({ name, value }) => [name, value])),
    ...environment,
  });
}

function launch(command: readonly string[], env: NodeJS.ProcessEnv): ControllerProcess {
  const startedAt = performance.now();
  const child = spawn(process.execPath, command, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  // An `exit` may come before the last lines are read.
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const lines: Line[] = [];
  const waiting = new Set<(line: Line) => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (text) => {
      const line = parseLine(text);
      lines.push(line);
      for (const take of waiting) take(line);
    });
  }

  return {
    lines,
    child,
    startedAt,
    async untilLine(message, fields = {}) {
      const wanted = Object.entries({ message, ...fields });
      const fits = (line: Line) => wanted.every(([name, value]) => line[name] === value);
      const past = lines.find(fits);
      if (past !== undefined) return past;
      const { promise, resolve, reject } = Promise.withResolvers<Line>();
      const take = (line: Line) => {
        if (!fits(line)) return;
        waiting.delete(take);
        resolve(line);
      };
      waiting.add(take);
      void ended.then(() => reject(new Error(`ended before it said ${message}: ${tail(lines)}`)));
      return promise;
    },
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      const [code] = await ended;
      return code;
    },
    again: () => launch(command, env),
  };
}

function parseLine(text: string): Line {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return { message: text };
  }
}

function tail(lines: readonly unknown[]): string {
  return lines
    .slice(-5)
    .map((line) => JSON.stringify(line))
    .join('\n');
}
