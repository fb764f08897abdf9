import type { Organization } from '../auth0/organization.ts';
import { atOnce, eachInSlices, type Sliced } from '../time/slices.ts';

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
  /** Organizations by name, managed or not. */
  readonly byName: OrganizationsByName;
}

export type OrganizationsByName = Pick<ReadonlyMap<string, Organization>, 'get'>;

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
  // Nearly all are marked for their own name; these need no place in a second index.
  const others = new Map<string, Organization>();
  const managed = new Map<string, Organization>();
  const doubled = new Set<string>();
  yield* eachInSlices(organizations, (organization) => {
    const mark = markOf(organization);
    if (mark !== organization.name) others.set(organization.name, organization);
    if (mark === undefined) return;
    const rival = managed.get(mark);
    if (rival !== undefined) doubled.add(mark);
    if (rival === undefined || organization.name === mark) managed.set(mark, organization);
  });
  for (const mark of doubled) {
    if (managed.get(mark)?.name !== mark) managed.delete(mark);
  }
  return {
    managed,
    doubled,
    byName: {
      get(name) {
        const organization = managed.get(name);
        return organization?.name === name ? organization : others.get(name);
      },
    },
  };
}

/**
 * How many are managed, in slices: as `ownership` says of organizations with different names, without
 * an index of them all.
 */
export function* countManaged(organizations: ReadonlyMap<string, Organization>): Sliced<number> {
  let managed = 0;
  /** Organizations that carry each mark under another name. */
  const strays = new Map<string, number>();
  yield* eachInSlices(organizations.values(), (organization) => {
    const mark = markOf(organization);
    if (mark === undefined) return;
    if (mark === organization.name) managed += 1;
    else strays.set(mark, (strays.get(mark) ?? 0) + 1);
  });
  if (strays.size === 0) return managed;
  yield* eachInSlices(organizations.values(), (organization) => {
    const mark = markOf(organization);
    if (mark === organization.name) strays.delete(mark);
  });
  for (const carriers of strays.values()) if (carriers === 1) managed += 1;
  return managed;
}
