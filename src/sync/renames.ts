import type { Conflict, Update } from './changes.ts';
import type { OrganizationsByName } from './ownership.ts';

export interface RenameOrder {
  /** In an order in which each name is free when its turn comes. */
  readonly renames: readonly Update[];
  readonly conflicts: readonly Conflict[];
  /** Ids of the organizations whose present name becomes free. */
  readonly freed: ReadonlySet<string>;
}

/**
 * Puts the renames in order: a name may be held by an organization that is renamed itself, then that
 * one goes first. A name that stays held, or renames that wait for each other in a circle, are
 * conflicts.
 */
export function orderRenames(renames: readonly Update[], byName: OrganizationsByName): RenameOrder {
  const pending = new Map(renames.map((rename) => [rename.organization.id, rename]));
  const ordered: Update[] = [];
  const conflicts: Conflict[] = [];
  const freed = new Set<string>();

  for (const start of renames) {
    // Follow the chain of holders; what is on the way waits for the end of it.
    const chain: Update[] = [];
    let next: Update | undefined = start;
    let free = true;
    while (next !== undefined && pending.delete(next.organization.id)) {
      chain.push(next);
      const holder = byName.get(next.institution.id);
      if (holder === undefined || freed.has(holder.id)) break;
      next = pending.get(holder.id);
      free = next !== undefined;
    }
    for (const rename of chain.reverse()) {
      if (free) {
        ordered.push(rename);
        freed.add(rename.organization.id);
      } else {
        conflicts.push({
          institutionId: rename.institution.id,
          organizationId: rename.organization.id,
          why: 'The name of this institution is held by another organization, so its own organization cannot get its name back. Rename the other one.',
        });
      }
    }
  }
  return { renames: ordered, conflicts, freed };
}
