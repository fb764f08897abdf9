import type { InstitutionSyncStatus } from '../../src/api/status.ts';
import type { ControlPlane } from '../control-plane/start.ts';
import { sharedControlPlane } from '../control-plane/shared.ts';
import { startAuth0Sandbox, type Auth0Options, type Auth0Sandbox } from '../sandbox/auth0/start.ts';
import { startTheSandbox, type TheOptions, type TheSandbox } from '../sandbox/the/start.ts';
import { openClient, type Client } from './client.ts';
import { spawnController, type ControllerProcess } from './controller-process.ts';
import { installChart } from './install-chart.ts';

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
  const client = openClient(plane, namespace);
  const controllers: ControllerProcess[] = [];

  async function startController(environment: Readonly<Record<string, string>> = {}) {
    const { server } = options;
    const controller = await spawnController({ plane, client, server, environment });
    controllers.push(controller);
    return controller;
  }

  await installChart(plane, namespace, [
    ...(options.clusterWide === true ? [] : [`watchNamespace=${namespace}`]),
    ...(options.values ?? []),
  ]);
  await client.createSecret('auth0-credentials', {
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
