import type { InstitutionSyncStatus } from '../../../src/api/status.ts';
import { createPacer } from '../../../src/auth0/pacing/pacer.ts';
import type { Organization } from '../../../src/auth0/organization.ts';
import { allowList } from '../../../src/controller/allow-list.ts';
import type { ReconcileContext } from '../../../src/controller/context.ts';
import { readCredentials } from '../../../src/controller/credentials.ts';
import { newEntry, type Entry } from '../../../src/controller/entry.ts';
import type { ObjectEvent } from '../../../src/controller/object-api.ts';
import { openSession } from '../../../src/controller/session.ts';
import type { TenantClaim } from '../../../src/controller/tenant-conflict.ts';
import type { WatchedObject } from '../../../src/controller/watched-object.ts';
import type { Institution } from '../../../src/institutions/institution.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { createManualClock, type ManualClock } from '../kubernetes/manual-clock.ts';
import { createRecordedLog, type RecordedLog } from '../kubernetes/recorded-log.ts';
import { memoryTenant, type MemoryTenant } from '../sync/memory-tenant.ts';
import { listing } from '../sync/rows.ts';

export const NOW = Date.parse('2026-02-01T00:00:00Z');

/** A controller's surroundings in memory, for one object. */
export interface World {
  readonly clock: ManualClock;
  readonly log: RecordedLog;
  readonly tenant: MemoryTenant;
  readonly context: ReconcileContext;
  /** What was asked of the API server, one line each, such as `finalizer on`. */
  readonly calls: string[];
  readonly statuses: InstitutionSyncStatus[];
  readonly events: ObjectEvent[];
  /** The keys of the object's Secret; undefined: there is none. */
  secret: Readonly<Record<string, string>> | undefined;
  claims: readonly TenantClaim[];
  /** Called for each call of the API server before it takes effect. */
  before: (line: string) => void;
  /** An entry whose session reaches the tenant and these institutions. */
  entryOf(object: WatchedObject): Promise<Entry>;
}

/** A world whose tenant has these organizations, where THE lists these institutions. */
export function openWorld(
  seed: readonly Organization[] = [],
  institutions: readonly (Institution | string)[] = [],
): World {
  const clock = createManualClock(NOW);
  const log = createRecordedLog();
  const tenant = memoryTenant(seed);
  const calls: string[] = [];
  const statuses: InstitutionSyncStatus[] = [];
  const events: ObjectEvent[] = [];
  const common = { clock, log, random: () => 0.5 };

  async function call(line: string): Promise<void> {
    calls.push(line);
    world.before(line);
  }

  const context: ReconcileContext = {
    ...common,
    instance: 'pod-1',
    api: {
      async writeStatus(_object, status, signal) {
        signal.throwIfAborted();
        await call('status');
        statuses.push(status);
      },
      async readSecret(namespace, name) {
        await call(`secret ${namespace}/${name}`);
        return world.secret;
      },
      setFinalizer: (_object, present) => call(`finalizer ${present ? 'on' : 'off'}`),
      removeApproval: (_object, hash) => call(`approval ${hash}`),
      async recordEvent(_object, event) {
        await call(`event ${event.reason}`);
        events.push(event);
      },
    },
    claims: () => world.claims,
    allowLists: {
      auth0Domains: allowList(['*.auth0.com']),
      institutionHosts: allowList(['*.timeshighereducation.com']),
    },
    session: {
      pacerOf: () => createPacer({ clock }),
      onRemaining: () => {},
      tenant: common,
      source: common,
    },
    metrics: createMetrics(),
    newId: () => 'sync-1',
  };

  const world: World = {
    clock,
    log,
    tenant,
    context,
    calls,
    statuses,
    events,
    secret: { AUTH0_ACCESS_TOKEN: 'token' },
    claims: [],
    before() {},
    async entryOf(object) {
      const { signal } = new AbortController();
      const entry = newEntry(object);
      if (object.spec === undefined) return entry;
      const keys = { readSecret: async () => world.secret };
      const secret = await readCredentials(keys, 'identity', 'auth0-credentials', signal);
      entry.session = {
        ...openSession(object.spec, secret, undefined, context.session),
        tenant,
        source: { list: async () => listing(institutions), requestCount: () => 1 },
      };
      return entry;
    },
  };
  return world;
}
