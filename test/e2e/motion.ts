import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { stringify } from 'yaml';
import { projectImage, type Image } from '../node-agent/image.ts';
import { startAuth0Sandbox, type Auth0Sandbox } from '../sandbox/auth0/start.ts';
import { certificates } from '../sandbox/certificates.ts';
import type { InstitutionRow } from '../sandbox/institutions.ts';
import { startTheSandbox, type TheSandbox } from '../sandbox/the/start.ts';
import { openClient, type Client } from './client.ts';
import { startCluster, type Cluster } from './cluster.ts';
import { AMPLE_LIMITS } from './gate.ts';
import { isReady, type SpecChanges, type StoredObject } from './operator.ts';
import { openPace, type Pace } from './pace.ts';
import { readmeCommand } from './readme-commands.ts';
import { asVersion, thisVersion, type Checkout } from './releases.ts';

/** Where the README installs the operator. */
export const HOME = 'institution-sync';

/** A cluster with the images of two versions, for releases made by the README's commands. */
export interface Motion extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly home: Client;
  readonly old: Checkout;
  readonly next: Checkout;
  /** The values of the release: two replicas, a disruption budget, the sandboxes' hosts. */
  readonly values: string;
  /** Removed in the end. */
  readonly folder: string;
  /** Runs the README's command of this kind in a checkout's folder; rejects when it fails. */
  readme(
    command: string,
    checkout: Pick<Checkout, 'folder'>,
    ...more: readonly string[]
  ): Promise<string>;
  /** A namespace with a Secret and an object in it, between sandboxes of its own. */
  addTenant(namespace: string, rows: readonly InstitutionRow[]): Promise<MovingTenant>;
}

export interface MovingTenant {
  readonly client: Client;
  readonly auth0: Auth0Sandbox;
  readonly the: TheSandbox;
  readonly pace: Pace;
  apply(spec?: SpecChanges): Promise<void>;
  /** Waits until the object is Ready and says that the organizations are these rows: they must be. */
  untilEqual(rows: readonly InstitutionRow[]): Promise<StoredObject>;
  names(): readonly string[];
}

const CA_PATH = '/etc/sandbox/ca.pem';

export async function startMotion(replicas: number): Promise<Motion> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(path.join(tmpdir(), 'institution-sync-motion-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const old = await thisVersion();
  const next = await asVersion('99.0.0', path.join(folder, 'next'));
  const images = new Map<string, Image>();
  for (const { version, dist } of [old, next]) {
    images.set(`institution-sync:${version}`, await projectImage(dist));
  }
  const cluster = stack.use(await startCluster(images));
  const { plane } = cluster;
  const values = path.join(folder, 'values.yaml');
  await writeFile(values, stringify(await releaseValues(replicas)));
  const all = stack.move();

  return {
    cluster,
    home: openClient(plane, HOME),
    old,
    next,
    values,
    folder,
    async readme(command, checkout, ...more) {
      const [program, ...args] = await readmeCommand(command);
      expect(program).to.equal('helm');
      const { code, stdout, stderr } = await plane.helm([...args, ...more], {
        cwd: checkout.folder,
      });
      if (code !== 0) throw new Error(`${command}: ${stderr}`);
      return stdout;
    },
    async addTenant(namespace, rows) {
      const tenant = await openTenant(cluster, namespace, rows);
      all.defer(() => tenant.auth0.stop());
      all.defer(() => tenant.the.stop());
      return tenant;
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

async function releaseValues(replicaCount: number): Promise<object> {
  const { ca } = await certificates();
  return {
    replicaCount,
    allowedAuth0Domains: '127.0.0.1:*',
    allowedInstitutionHosts: '127.0.0.1:*',
    podDisruptionBudget: { enabled: true },
    extraEnv: [{ name: 'NODE_EXTRA_CA_CERTS', value: CA_PATH }],
    extraVolumes: [{ name: 'sandbox-ca', configMap: { name: 'sandbox-ca' } }],
    extraVolumeMounts: [{ name: 'sandbox-ca', mountPath: path.dirname(CA_PATH), readOnly: true }],
    extraObjects: [
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'sandbox-ca', namespace: HOME },
        data: { [path.basename(CA_PATH)]: ca },
      },
    ],
  };
}

async function openTenant(
  { plane }: Cluster,
  namespace: string,
  rows: readonly InstitutionRow[],
): Promise<MovingTenant> {
  const pace = openPace();
  const auth0 = await startAuth0Sandbox({
    limits: AMPLE_LIMITS,
    timeScale: 60,
    fractionalReset: true,
    onRequest: pace.onRequest,
  });
  const the = await startTheSandbox({ rows });
  const client = openClient(plane, namespace);
  await client.kubectl('create', 'namespace', namespace);
  await client.createSecret('auth0-credentials', {
    AUTH0_CLIENT_ID: auth0.clientId,
    AUTH0_CLIENT_SECRET: auth0.clientSecret,
  });
  const names = () =>
    auth0
      .organizations()
      .map(({ name }) => name)
      .toSorted();
  return {
    client,
    auth0,
    the,
    pace,
    names,
    apply: (spec = {}) =>
      client.apply({
        apiVersion: 'sync.timeshighereducation.com/v1alpha1',
        kind: 'InstitutionSync',
        metadata: { name: 'world' },
        spec: {
          nap: '10s',
          auth0: {
            domain: auth0.domain,
            credentialsSecretRef: { name: 'auth0-credentials' },
          },
          institutions: { endpoint: the.endpoint },
          ...spec,
        },
      }),
    async untilEqual(wanted) {
      const object = await client.until(
        'world',
        (now) => isReady(now) && now.status?.organizations?.inSync === wanted.length,
        90_000,
      );
      expect(names()).to.deep.equal(wanted.map(({ iid }) => iid).toSorted());
      return object;
    },
  };
}
