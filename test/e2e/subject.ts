import { z } from 'zod';
import type { Auth0Options, Auth0Sandbox } from '../sandbox/auth0/start.ts';
import { startAuth0Sandbox } from '../sandbox/auth0/start.ts';
import type { InstitutionRow } from '../sandbox/institutions.ts';
import { startTheSandbox, type TheOptions, type TheSandbox } from '../sandbox/the/start.ts';
import type { Client } from './client.ts';
import { isReady, type Operator, type SpecChanges, type StoredObject } from './operator.ts';

export interface ObjectEvent {
  readonly type: string;
  readonly reason: string;
  readonly note: string;
}

/** An InstitutionSync between sandboxes of its own; many share one operator and its namespace. */
export interface Subject extends AsyncDisposable {
  readonly name: string;
  readonly auth0: Auth0Sandbox;
  readonly the: TheSandbox;
  /** `kubectl apply` of the minimal spec for its sandboxes with these changes on top. */
  apply(spec?: SpecChanges): Promise<void>;
  /** The same, and waits until the sync of this spec is done. */
  applied(spec?: SpecChanges, verdict?: string): Promise<StoredObject>;
  get(): Promise<StoredObject>;
  until(fits: (object: StoredObject) => boolean, timeoutMs?: number): Promise<StoredObject>;
  /** Waits until the next sync after `act` has ended. */
  syncAfter(act: () => unknown): Promise<StoredObject>;
  /** Asks for a sync now, as the README says, and waits until it is done. */
  syncNow(): Promise<StoredObject>;
  suspend(value: boolean): Promise<void>;
  /** Requests to Auth0 that would change something, so far. */
  writes(): number;
  /** The names of the tenant's organizations, sorted. */
  names(): readonly string[];
  /** Its events so far, the oldest first. */
  events(): Promise<readonly ObjectEvent[]>;
}

export const REQUESTED_AT = 'sync.timeshighereducation.com/requestedAt';

export interface SubjectOptions {
  /** The namespace of the object; the operator's own by default. */
  readonly client?: Client;
  readonly rows?: readonly InstitutionRow[];
  readonly auth0?: Auth0Options;
  readonly the?: TheOptions;
}

let requests = 0;

/** Starts the sandboxes; the object is made by the first `apply`. */
export async function startSubject(
  operator: Operator,
  name: string,
  { client = operator, rows = [], ...options }: SubjectOptions = {},
): Promise<Subject> {
  const auth0 = await startAuth0Sandbox({ timeScale: 60, fractionalReset: true, ...options.auth0 });
  const the = await startTheSandbox({ rows, ...options.the });
  const until: Subject['until'] = (fits, timeoutMs) => client.until(name, fits, timeoutMs);

  function apply({ auth0: forAuth0, institutions, ...spec }: SpecChanges = {}): Promise<void> {
    return client.apply(
      operator.manifest(name, {
        ...spec,
        auth0: { domain: auth0.domain, ...forAuth0 },
        institutions: { endpoint: the.endpoint, ...institutions },
      }),
    );
  }

  return {
    name,
    auth0,
    the,
    until,
    apply,
    async applied(spec, verdict) {
      await apply(spec);
      return until((object) => isReady(object, verdict));
    },
    get: () => client.get(name),
    async syncAfter(act) {
      const last = (await client.get(name)).status?.lastSync?.id;
      await act();
      return until(({ status }) => status?.lastSync !== undefined && status.lastSync.id !== last);
    },
    async syncNow() {
      requests += 1;
      const token = `${requests} of this test`;
      await client.annotate(name, `${REQUESTED_AT}=${token}`);
      return until(({ status }) => status?.lastHandledReconcileAt === token);
    },
    suspend: (value) => client.patch(name, { spec: { suspend: value } }),
    writes: () =>
      auth0.requests
        .all()
        .filter(({ method, endpoint }) => method !== 'GET' && endpoint !== 'token').length,
    names: () =>
      auth0
        .organizations()
        .map((organization) => organization.name)
        .toSorted(),
    events: () => eventsOf(client, name),
    async [Symbol.asyncDispose]() {
      await client.kubectl('delete', 'isync', name, '--ignore-not-found', '--wait=false');
      await Promise.all([auth0.stop(), the.stop()]);
    },
  };
}

const Events = z.object({
  items: z.array(
    z.object({
      type: z.string(),
      reason: z.string(),
      note: z.string(),
      eventTime: z.string(),
      regarding: z.object({ name: z.string() }),
    }),
  ),
});

async function eventsOf({ kubectl }: Client, name: string): Promise<readonly ObjectEvent[]> {
  const listed = await kubectl('get', 'events.events.k8s.io', '-o', 'json');
  return Events.parse(JSON.parse(listed))
    .items.filter(({ regarding }) => regarding.name === name)
    .toSorted((a, b) => a.eventTime.localeCompare(b.eventTime))
    .map(({ type, reason, note }) => ({ type, reason, note }));
}

/** The reasons of its events so far, the oldest first. */
export async function reasonsOf(subject: Subject): Promise<readonly string[]> {
  return (await subject.events()).map(({ reason }) => reason);
}

/**
 * Resolves when the controller has seen all that was done in the operator's namespace so far: its
 * one watch tells changes in their order, and the last of them is an object that is made here.
 */
export async function untilSeen(operator: Operator): Promise<void> {
  requests += 1;
  const name = `last-${requests}`;
  await operator.apply(
    operator.manifest(name, {
      suspend: true,
      auth0: { domain: `127.0.0.1:${requests}` },
    }),
  );
  await operator.until(name, ({ status }) => status?.observedGeneration !== undefined);
  await operator.kubectl('delete', 'isync', name);
}
