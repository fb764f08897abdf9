import type { Clock } from '../time/clock.ts';
import { apply } from './apply.ts';
import { NO_CHANGES, type Removal } from './changes.ts';
import { isByMarkAlone, shownTwice } from './confirm-removals.ts';
import type { Observer } from './observer.ts';
import { ownership } from './ownership.ts';
import type { Applied } from './report.ts';
import { emptyMemory, readOrganizations } from './snapshot.ts';
import type { Tenant } from './tenant.ts';

/** What the removal of everything needs; asked before anything is removed. */
export const REMOVAL_SCOPES: readonly string[] = ['read:organizations', 'delete:organizations'];

/**
 * The organizations that a removal of everything would remove, freshly read. As in a sync, one whose
 * mark another organization carries as well stays: without it, the other would look like ours. All are
 * read twice when there is one that is ours by its mark alone.
 */
export async function listManaged(
  tenant: Tenant,
  observer: Observer,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly Removal[]> {
  const memory = emptyMemory();
  await tenant.requireScopes(REMOVAL_SCOPES, signal);
  const onRead = (read: number) => observer.progress('ReadingOrganizations', read, 0);
  async function read(): Promise<readonly Removal[]> {
    await readOrganizations(tenant, memory, clock, onRead, signal);
    const { managed, doubled } = ownership(memory.organizations.values());
    return [...managed]
      .filter(([institutionId]) => !doubled.has(institutionId))
      .map(([institutionId, organization]) => ({ kind: 'remove', organization, institutionId }));
  }
  const removals = await read();
  return removals.some(isByMarkAlone) ? shownTwice(removals, await read()) : removals;
}

/**
 * Removes these organizations, each read again first and spared when its mark is gone, or has been
 * found on another one. Fills `applied` as it goes; rejects with a `Fault`, or with the signal's reason.
 */
export async function removeManaged(
  tenant: Tenant,
  removals: readonly Removal[],
  applied: Applied,
  observer: Observer,
  signal: AbortSignal,
): Promise<void> {
  const listed = new Map(removals.map(({ organization }) => [organization.id, organization]));
  const context = {
    tenant,
    memory: { ...emptyMemory(), organizations: listed },
    connections: [],
    fields: [],
    mayAdopt: false,
  };
  await apply({ ...NO_CHANGES, removals }, applied, context, observer, signal);
}
