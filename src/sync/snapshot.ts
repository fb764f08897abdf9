import { Fault } from '../api/fault.ts';
import type { EnabledConnection, Organization } from '../auth0/organization.ts';
import type { Clock } from '../time/clock.ts';
import { eachInSlices, inSlices, type Sliced } from '../time/slices.ts';
import type { Tenant } from './tenant.ts';

/** What is known of a tenant between syncs, kept up to date by the syncs' own changes. */
export interface TenantMemory {
  organizations: Map<string, Organization>;
  /** When all organizations were read, in epoch milliseconds; undefined: read them again. */
  readAt: number | undefined;
  /** Organizations (by id) known to have `connections`. */
  connected: Set<string>;
  /** The connections that `connected` speaks of; undefined before the first sync. */
  connections: readonly EnabledConnection[] | undefined;
  /** Organizations (by id) whose last check of connections Auth0 refused. */
  refusedConnections: Set<string>;
  /** Organizations (by id) that syncs took over or gave their name back: nobody checked these. */
  newlyManaged: Set<string>;
  /** A check of every organization is due; what a sync leaves of it, the next one does. */
  checkAllConnections: boolean;
  /** Ids of the tenant's connections by name. */
  connectionIds: Map<string, string>;
}

/** A memory that knows nothing: the first sync reads everything. */
export function emptyMemory(): TenantMemory {
  return {
    organizations: new Map(),
    readAt: undefined,
    connected: new Set(),
    connections: undefined,
    refusedConnections: new Set(),
    newlyManaged: new Set(),
    checkAllConnections: false,
    connectionIds: new Map(),
  };
}

/** Makes the next sync read all organizations again: the tenant may differ from the memory. */
export function doubt(memory: TenantMemory): void {
  memory.readAt = undefined;
}

/**
 * Whether the memory still serves for a sync that starts at `now`: not when it holds no reading (whose
 * age is NaN), nor if the clock went back.
 */
export function isFresh(memory: TenantMemory, now: number, driftIntervalMs: number): boolean {
  const age = now - (memory.readAt ?? Number.NaN);
  return age >= 0 && age < driftIntervalMs;
}

/**
 * Reads all organizations into `memory`. Those that have not changed stay the same objects, so that a
 * tenant is never in memory twice. Rejects with TargetUnavailable when two of them have the same name:
 * then the tenant changed during the reading, and a plan made from it could harm.
 */
export async function readOrganizations(
  tenant: Pick<Tenant, 'listOrganizations'>,
  memory: TenantMemory,
  clock: Clock,
  onProgress: (read: number) => void,
  signal: AbortSignal,
): Promise<void> {
  memory.readAt = undefined;
  onProgress(0);
  const startedAt = clock.now();
  const organizations = new Map<string, Organization>();
  for await (const page of tenant.listOrganizations(signal)) {
    // A row may repeat while the tenant changes during the reading: the later one is the newer.
    for (const organization of page) {
      const known = memory.organizations.get(organization.id);
      const same = known !== undefined && isEqual(known, organization);
      organizations.set(organization.id, same ? known : organization);
    }
    onProgress(organizations.size);
  }
  await inSlices(assertUniqueNames(organizations), signal);
  for (const known of [memory.connected, memory.refusedConnections, memory.newlyManaged]) {
    for (const id of known) if (!organizations.has(id)) known.delete(id);
  }
  memory.organizations = organizations;
  memory.readAt = startedAt;
}

function isEqual(one: Organization, other: Organization): boolean {
  if (one.name !== other.name || one.displayName !== other.displayName) return false;
  const keys = Object.keys(one.metadata);
  return (
    keys.length === Object.keys(other.metadata).length &&
    keys.every(
      (key) => Object.hasOwn(other.metadata, key) && one.metadata[key] === other.metadata[key],
    )
  );
}

function* assertUniqueNames(organizations: ReadonlyMap<string, Organization>): Sliced<void> {
  const names = new Set<string>();
  yield* eachInSlices(organizations.values(), ({ name }) => names.add(name));
  if (names.size < organizations.size) {
    throw new Fault(
      'TargetUnavailable',
      'The organizations changed while Auth0 listed them (two rows have the same name), so the listing cannot be trusted. Nothing was written; the next sync reads them again.',
    );
  }
}
