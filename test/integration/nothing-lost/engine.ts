import type { ServerResponse } from 'node:http';
import { parseSpec } from '../../../src/api/institution-sync.ts';
import type { MetadataField } from '../../../src/api/spec.ts';
import { syncSettings } from '../../../src/sync/from-spec.ts';
import type { SyncReport } from '../../../src/sync/report.ts';
import { emptyMemory } from '../../../src/sync/snapshot.ts';
import { sync, type SyncInput } from '../../../src/sync/sync.ts';
import {
  startAuth0Sandbox,
  type Auth0Options,
  type Auth0Sandbox,
} from '../../sandbox/auth0/start.ts';
import { clientOf, never } from '../auth0/open.ts';
import { open, quickClock } from '../institutions/open.ts';
import { startTheServer, type Seen } from '../institutions/the-server.ts';
import { recordingObserver } from '../../unit/sync/memory-tenant.ts';

/** How THE answers a request. */
export type Answer = (seen: Seen, response: ServerResponse) => void;

export type Row = Readonly<Record<string, unknown>>;

export interface Engine extends AsyncDisposable {
  readonly auth0: Auth0Sandbox;
  /** How THE answers from now on. */
  answer: Answer;
  /** Requests to THE so far. */
  readonly asked: readonly Seen[];
  readonly observer: ReturnType<typeof recordingObserver>;
  /** One sync with this spec, by the same process as before. */
  sync(spec?: object, input?: Partial<SyncInput>, signal?: AbortSignal): Promise<SyncReport>;
  /** Another process, which knows nothing; with these `institutions.minimum` and metadata fields. */
  restart(minimum?: number, fields?: readonly MetadataField[]): Promise<void>;
  /** All waits of the tenant's client in this process, in milliseconds. */
  waits(): readonly number[];
  /** Requests that would change something, whatever was answered. */
  writes(method?: 'POST' | 'PATCH' | 'DELETE'): number;
  /** The names of the tenant's organizations, sorted. */
  names(): readonly string[];
}

export const PAGE_SIZE = 25;

/** No limit holds anything. */
export const UNLIMITED = { limits: { deletions: '100%', updates: '100%' } };

/** The engine and the real clients of both services, against real servers; waits cost no time. */
export async function startEngine(options: Auth0Options = {}): Promise<Engine> {
  const auth0 = await startAuth0Sandbox({ plan: 'none', ...options });
  const the = await startTheServer((seen, response) => engine.answer(seen, response));
  const observer = recordingObserver();
  let clients = await openClients();

  async function openClients(minimum = 1, fields: readonly MetadataField[] = []) {
    const { tenant, clock } = await clientOf(auth0.domain);
    const source = open(the, { pageSize: PAGE_SIZE, minimum, fields, clock: quickClock() });
    return { tenant, clock, source, memory: emptyMemory() };
  }

  const engine: Engine = {
    auth0,
    answer: rowsAnswer([]),
    asked: the.seen,
    observer,
    sync(spec = {}, input = {}, signal = never) {
      const settings = syncSettings(
        parseSpec({
          auth0: { domain: auth0.domain, credentialsSecretRef: { name: 'credentials' } },
          ...spec,
        }),
      );
      return sync(
        {
          id: 'sync-1',
          ...clients,
          settings,
          force: false,
          newSettings: false,
          approval: undefined,
          onApproved: () => Promise.resolve(),
          observer,
          ...input,
        },
        signal,
      );
    },
    async restart(minimum, fields) {
      clients = await openClients(minimum, fields);
    },
    waits: () => clients.clock.waits,
    writes: (method) =>
      auth0.requests
        .all()
        .filter(({ path }) => path.startsWith('/api/v2/'))
        .filter((each) => each.method !== 'GET' && (method ?? each.method) === each.method).length,
    names: () =>
      auth0
        .organizations()
        .map(({ name }) => name)
        .toSorted(),
    async [Symbol.asyncDispose]() {
      await Promise.all([auth0.stop(), the[Symbol.asyncDispose]()]);
    },
  };
  return engine;
}

/** `count` rows of THE, from number `first`. */
export function rows(count: number, first = 1): readonly Row[] {
  return Array.from({ length: count }, (_, index) => ({
    iid: `i-${String(first + index).padStart(8, '0')}`,
    name: `University ${first + index}`,
  }));
}

/** A managed organization for each row, as a sync would have made it. */
export function managed(institutions: readonly Row[]) {
  return institutions.map(({ iid, name }) => ({
    name: String(iid),
    display_name: String(name),
    metadata: { institutionId: String(iid) },
  }));
}

/** THE answers with these rows, page by page; `rowCount` is the page's own count, or the total. */
export function rowsAnswer(all: readonly Row[], counts: 'page' | 'total' = 'page'): Answer {
  return ({ offset, limit }, response) => {
    const page = all.slice(offset, offset + limit);
    const rowCount = counts === 'page' ? page.length : all.length;
    send(response, { rowCount, rows: page });
  };
}

/** Answers with JSON. */
export function send(response: ServerResponse, body: unknown): void {
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(body));
}
