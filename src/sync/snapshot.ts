import { Fault } from '../api/fault.ts';
import type { Organization } from '../auth0/organization.ts';
import type { Clock } from '../time/clock.ts';
import type { Tenant } from './tenant.ts';

/** What is known of a tenant between syncs, kept up to date by the syncs' own changes. */
export interface TenantMemory {
  organizations: Map<string, Organization>;
  /** When all organizations were read, in epoch milliseconds; undefined: read them again. */
  readAt: number | undefined;
  /** Organizations (by id) known to have the connections of `connectionsKey`. */
  connected: Set<string>;
  /** The connection settings that `connected` speaks of. */
  connectionsKey: string;
  /** Ids of the tenant's connections by name. */
  connectionIds: Map<string, string>;
}

/** A memory that knows nothing: the first sync reads everything. */
export function emptyMemory(): TenantMemory {
  return {
    organizations: new Map(),
    readAt: undefined,
    connected: new Set(),
    connectionsKey: '',
    connectionIds: new Map(),
  };
}

/** Makes the next sync read all organizations again: the tenant may differ from the memory. */
export function doubt(memory: TenantMemory): void {
  memory.readAt = undefined;
}

/** Whether the memory still serves for a sync that starts at `now`. */
export function isFresh(memory: TenantMemory, now: number, driftIntervalMs: number): boolean {
  return memory.readAt !== undefined && now - memory.readAt < driftIntervalMs;
}

/**
 * Reads all organizations into `memory`. Rejects with TargetUnavailable when two of them have the
 * same name: then the tenant changed during the reading, and a plan made from it could harm.
 */
export async function readOrganizations(
  tenant: Pick<Tenant, 'listOrganizations'>,
  memory: TenantMemory,
  clock: Clock,
  onProgress: (read: number) => void,
  signal: AbortSignal,
): Promise<void> {
  memory.readAt = undefined;
  const startedAt = clock.now();
  const organizations = new Map<string, Organization>();
  for await (const page of tenant.listOrganizations(signal)) {
    // A row may repeat while the tenant changes during the reading: the later one is the newer.
    for (const organization of page) organizations.set(organization.id, organization);
    onProgress(organizations.size);
  }
  assertUniqueNames(organizations);
  for (const id of memory.connected) if (!organizations.has(id)) memory.connected.delete(id);
  memory.organizations = organizations;
  memory.readAt = startedAt;
}

function assertUniqueNames(organizations: ReadonlyMap<string, Organization>): void {
  const names = new Set<string>();
  for (const { name } of organizations.values()) names.add(name);
  if (names.size < organizations.size) {
    throw new Fault(
      'TargetUnavailable',
      'The organizations changed while Auth0 listed them (two rows have the same name), so the listing cannot be trusted. Nothing was written; the next sync reads them again.',
    );
  }
}
