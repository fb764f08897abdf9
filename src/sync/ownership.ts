import type { Organization } from '../auth0/organization.ts';
import { atOnce, ROWS_PER_SLICE, type Sliced } from '../time/slices.ts';

/** The metadata key that marks an organization as ours and names its institution. */
export const MARK = 'institutionId';

/** The institution that an organization says it belongs to; an empty mark is none. */
export function markOf(organization: Organization): string | undefined {
  return organization.metadata[MARK] || undefined;
}

export interface Ownership {
  /** The managed organization of each institution id. */
  readonly managed: ReadonlyMap<string, Organization>;
  /** Marks that more than one organization carries. */
  readonly doubled: ReadonlySet<string>;
  readonly byName: ReadonlyMap<string, Organization>;
}

/**
 * Which organizations are managed: those whose mark equals their name; and, where no organization
 * bears a mark's name, the one that carries the mark, if it is the only one (its name was changed by
 * hand). A mark that several carry and none is named after proves nothing: all are left alone.
 */
export function ownership(organizations: Iterable<Organization>): Ownership {
  return atOnce(ownershipInSlices(organizations));
}

/** The same, with pauses: an index of 100,000 takes some tens of milliseconds. */
export function* ownershipInSlices(organizations: Iterable<Organization>): Sliced<Ownership> {
  const byName = new Map<string, Organization>();
  const managed = new Map<string, Organization>();
  const doubled = new Set<string>();
  for (const organization of organizations) {
    if (byName.size % ROWS_PER_SLICE === 0) yield;
    byName.set(organization.name, organization);
    const mark = markOf(organization);
    if (mark === undefined) continue;
    const rival = managed.get(mark);
    if (rival !== undefined) doubled.add(mark);
    if (rival === undefined || organization.name === mark) managed.set(mark, organization);
  }
  for (const mark of doubled) {
    if (managed.get(mark)?.name !== mark) managed.delete(mark);
  }
  return { managed, doubled, byName };
}
