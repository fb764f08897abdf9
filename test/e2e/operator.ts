import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { InstitutionSyncStatus } from '../../src/api/status.ts';
import type { ControlPlane } from '../control-plane/start.ts';
import { sharedControlPlane } from '../control-plane/shared.ts';
import { startAuth0Sandbox, type Auth0Options, type Auth0Sandbox } from '../sandbox/auth0/start.ts';
import { caFile } from '../sandbox/certificates.ts';
import { startTheSandbox, type TheOptions, type TheSandbox } from '../sandbox/the/start.ts';
import { openClient, type Client } from './client.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface StoredObject {
  readonly metadata: {
    readonly name: string;
    readonly generation: number;
    readonly finalizers?: readonly string[];
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: InstitutionSyncStatus;
}

/** The controller as a process, as the chart would run it. */
export interface ControllerProcess {
  /** Its log, one parsed line each. */
  readonly lines: Readonly<Record<string, unknown>>[];
  readonly child: ChildProcess;
  /** Resolves with the first line, past or to come, that has this message. */
  untilLine(message: string): Promise<Readonly<Record<string, unknown>>>;
  /** Sends the signal and resolves with the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** A namespace with the chart installed, sandboxes of both services, and the controller running. */
export interface Operator extends Client, AsyncDisposable {
  readonly plane: ControlPlane;
  readonly auth0: Auth0Sandbox;
  readonly the: TheSandbox;
  readonly controller: ControllerProcess;
  /** Another one, with more variables in its environment. */
  startController(environment?: Readonly<Record<string, string>>): Promise<ControllerProcess>;
  /** The minimal spec for the sandboxes, with changes on top. */
  manifest(name: string, spec?: SpecChanges): object;
}

export interface SpecChanges {
  readonly auth0?: object;
  readonly institutions?: object;
  readonly [field: string]: unknown;
}

export interface OperatorOptions {
  readonly auth0?: Auth0Options;
  readonly the?: TheOptions;
  readonly clusterWide?: boolean;
  /** The shared control plane by default. */
  readonly plane?: ControlPlane;
  /** Where the controller finds the API server, such as a proxy's address. */
  readonly server?: string;
  /** More values of the chart, as helm's --set takes them. */
  readonly values?: readonly string[];
}

/**
 * Installs the chart for a new namespace of its own and starts the controller with the arguments of
 * the chart's Deployment under the chart's service account, so that RBAC holds for it.
 */
export async function startOperator(options: OperatorOptions = {}): Promise<Operator> {
  const plane = options.plane ?? (await sharedControlPlane());
  const namespace = await plane.createNamespace('operator');
  const auth0 = await startAuth0Sandbox({ timeScale: 60, fractionalReset: true, ...options.auth0 });
  const the = await startTheSandbox(options.the);
  const controllers: ControllerProcess[] = [];

  const client = openClient(plane, namespace);
  const { kubectl, createSecret } = client;

  async function startController(environment: Readonly<Record<string, string>> = {}) {
    const { server } = options;
    const controller = await spawnController(plane, namespace, kubectl, server, environment);
    controllers.push(controller);
    return controller;
  }

  await installChart(plane, namespace, [
    ...(options.clusterWide === true ? [] : [`watchNamespace=${namespace}`]),
    ...(options.values ?? []),
  ]);
  await createSecret('auth0-credentials', {
    AUTH0_CLIENT_ID: auth0.clientId,
    AUTH0_CLIENT_SECRET: auth0.clientSecret,
  });
  const controller = await startController();

  return {
    ...client,
    plane,
    auth0,
    the,
    controller,
    startController,
    manifest: (name, { auth0: forAuth0, institutions, ...spec } = {}) => ({
      apiVersion: 'sync.timeshighereducation.com/v1alpha1',
      kind: 'InstitutionSync',
      metadata: { name },
      spec: {
        nap: '1h',
        ...spec,
        auth0: {
          domain: auth0.domain,
          credentialsSecretRef: { name: 'auth0-credentials' },
          ...forAuth0,
        },
        institutions: { endpoint: the.endpoint, ...institutions },
      },
    }),
    async [Symbol.asyncDispose]() {
      await Promise.all(controllers.map((each) => each.stop('SIGKILL')));
      await Promise.all([auth0.stop(), the.stop()]);
    },
  };
}

/** The condition's `status reason`, as `True Synced`. */
export function conditionOf(object: StoredObject, type: string): string | undefined {
  const found = object.status?.conditions?.find((condition) => condition.type === type);
  return found && `${found.status} ${found.reason}`;
}

/** Whether the verdict on the present generation is this `status reason`. */
export function isReady(object: StoredObject, verdict = 'True Synced'): boolean {
  const ready = object.status?.conditions?.find((condition) => condition.type === 'Ready');
  return (
    conditionOf(object, 'Ready') === verdict &&
    ready?.observedGeneration === object.metadata.generation
  );
}

async function installChart(
  plane: ControlPlane,
  namespace: string,
  values: readonly string[],
): Promise<void> {
  const { code, stderr } = await plane.helm([
    'upgrade',
    '--install',
    'institution-sync',
    `${root}charts/institution-sync`,
    '--namespace',
    namespace,
    // The custom resource is one for the cluster; the test files share it.
    '--take-ownership',
    ...[
      'allowedAuth0Domains=127.0.0.1:*',
      'allowedInstitutionHosts=127.0.0.1:*',
      'leaderElection=false',
      ...values,
    ].flatMap((value) => ['--set', value]),
  ]);
  if (code !== 0) throw new Error(`helm install: ${stderr}`);
}

async function spawnController(
  plane: ControlPlane,
  namespace: string,
  kubectl: (...args: string[]) => Promise<string>,
  server: string | undefined,
  environment: Readonly<Record<string, string>>,
): Promise<ControllerProcess> {
  const deployment = await kubectl('get', 'deployment', 'institution-sync', '-o', 'json');
  const { spec } = JSON.parse(deployment) as {
    spec: { template: { spec: { containers: [{ args: string[] }]; serviceAccountName: string } } };
  };
  const { containers, serviceAccountName } = spec.template.spec;
  const kubeconfig = await plane.serviceAccountKubeconfig(
    namespace,
    serviceAccountName,
    server === undefined ? {} : { server },
  );
  const child = spawn(
    process.execPath,
    [
      `${root}dist/institution-sync.js`,
      ...containers[0].args,
      '--metrics-bind-address=127.0.0.1:0',
      '--health-probe-bind-address=127.0.0.1:0',
    ],
    {
      env: {
        PATH: process.env['PATH'],
        KUBECONFIG: kubeconfig,
        NODE_EXTRA_CA_CERTS: await caFile(),
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const lines: Readonly<Record<string, unknown>>[] = [];
  const waiting = new Map<string, (line: Readonly<Record<string, unknown>>) => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (text) => {
      const line = parseLine(text);
      lines.push(line);
      waiting.get(String(line['message']))?.(line);
    });
  }

  return {
    lines,
    child,
    async untilLine(message) {
      const past = lines.find((line) => line['message'] === message);
      if (past !== undefined) return past;
      const { promise, resolve, reject } =
        Promise.withResolvers<Readonly<Record<string, unknown>>>();
      waiting.set(message, resolve);
      void exited.then(() => reject(new Error(`ended before it said ${message}: ${tail(lines)}`)));
      return promise;
    },
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
}

function parseLine(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
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
