import type { Organization } from '../../../src/auth0/organization.ts';
import type { Listing } from '../../../src/institutions/institution.ts';
import type { SyncReport } from '../../../src/sync/report.ts';
import type { SyncSettings } from '../../../src/sync/settings.ts';
import { emptyMemory, type TenantMemory } from '../../../src/sync/snapshot.ts';
import type { Source } from '../../../src/sync/source.ts';
import { sync, type SyncInput } from '../../../src/sync/sync.ts';
import type { Clock } from '../../../src/time/clock.ts';
import { memoryTenant, recordingObserver, type MemoryTenant } from './memory-tenant.ts';
import { listing, organizations } from './rows.ts';

export const HOUR = 3_600_000;

export const SETTINGS: SyncSettings = {
  mode: 'Enforce',
  prune: true,
  adopt: true,
  fields: ['web'],
  limits: { deletions: { kind: 'percent', value: 5 }, updates: { kind: 'percent', value: 100 } },
  driftIntervalMs: HOUR,
  connections: [],
};

/** The limits of one who never holds anything. */
export const NO_LIMITS: SyncSettings['limits'] = {
  deletions: { kind: 'percent', value: 100 },
  updates: { kind: 'percent', value: 100 },
};

/** THE, a tenant, and one who syncs them, all in memory; everything in it may be changed. */
export interface World {
  readonly tenant: MemoryTenant;
  listing: Listing;
  /** What reading THE rejects with. */
  sourceFault: Error | undefined;
  memory: TenantMemory;
  settings: SyncSettings;
  now: number;
  readonly observer: ReturnType<typeof recordingObserver>;
  /** Hashes that `onApproved` was told. */
  readonly approvals: string[];
}

/** By default, THE has no institutions and the tenant no organizations. */
export function createWorld(
  institutions: Parameters<typeof listing>[0] = [],
  seed: readonly Organization[] = [],
  settings: Partial<SyncSettings> = {},
): World {
  const names = settings.connections?.map(({ name }) => name) ?? [];
  return {
    tenant: memoryTenant(seed, new Map(names.map((name) => [name, `con_${name}`]))),
    listing: listing(institutions),
    sourceFault: undefined,
    memory: emptyMemory(),
    settings: { ...SETTINGS, ...settings },
    now: Date.parse('2026-01-01'),
    observer: recordingObserver(),
    approvals: [],
  };
}

/** A world in which everything is in sync and one sync has found so. */
export async function createSyncedWorld(
  institutionIds: readonly string[],
  settings: Partial<SyncSettings> = {},
): Promise<World> {
  const world = createWorld(institutionIds, organizations(institutionIds), settings);
  await run(world);
  world.tenant.calls.length = 0;
  return world;
}

/** One sync of the world. */
export function run(
  world: World,
  input: Partial<SyncInput> = {},
  signal = new AbortController().signal,
): Promise<SyncReport> {
  const clock: Clock = {
    now: () => world.now,
    async sleep(ms) {
      world.now += ms;
    },
  };
  return sync(
    {
      id: 'sync-1',
      source: sourceOf(world),
      tenant: world.tenant,
      memory: world.memory,
      settings: world.settings,
      force: false,
      newSettings: false,
      approval: undefined,
      async onApproved(hash) {
        world.approvals.push(hash);
      },
      observer: world.observer,
      clock,
      ...input,
    },
    signal,
  );
}

/** THE's side: a listing costs two requests. */
function sourceOf(world: World): Source {
  let requests = 0;
  return {
    async list(signal) {
      signal.throwIfAborted();
      requests += 2;
      if (world.sourceFault !== undefined) throw world.sourceFault;
      return world.listing;
    },
    requestCount: () => requests,
  };
}

/** The tenant without ids, for comparing two tenants. */
export function contents(tenant: MemoryTenant): readonly Omit<Organization, 'id'>[] {
  return [...tenant.organizations.values()]
    .map(({ name, displayName, metadata }) => ({ name, displayName, metadata }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
