import type { Organization, OrganizationChanges } from '../auth0/organization.ts';
import type { Institution } from '../institutions/institution.ts';

export interface Creation {
  readonly kind: 'create';
  readonly institution: Institution;
  /** The name is still held by an organization that the same plan renames. */
  readonly awaitsRename: boolean;
}

export interface Update {
  readonly kind: 'update';
  readonly organization: Organization;
  readonly institution: Institution;
  /** Only the fields that differ. */
  readonly set: OrganizationChanges;
  /** The organization was not managed before. */
  readonly adopts: boolean;
}

export interface Removal {
  readonly kind: 'remove';
  readonly organization: Organization;
  /** The mark that makes it ours; checked again right before the removal. */
  readonly institutionId: string;
}

export type Change = Creation | Update | Removal;

/** An institution that cannot have its organization until a person acts or time passes. */
export interface Conflict {
  readonly institutionId: string;
  readonly organizationId: string;
  readonly why: string;
}

/** The changes to make, in the order in which they are made. */
export interface Changes {
  /** Names put back; one after the other, because each may free the next one's name. */
  readonly renames: readonly Update[];
  readonly creations: readonly Creation[];
  readonly updates: readonly Update[];
  readonly removals: readonly Removal[];
}

export interface Plan extends Changes {
  readonly conflicts: readonly Conflict[];
  /** Counts of the tenant's organizations as they are before any change. */
  readonly organizations: {
    readonly total: number;
    readonly managed: number;
    readonly inSync: number;
    readonly unmanaged: number;
  };
}

export const NO_CHANGES: Changes = { renames: [], creations: [], updates: [], removals: [] };

export function countChanges(changes: Changes): number {
  const { renames, creations, updates, removals } = changes;
  return renames.length + creations.length + updates.length + removals.length;
}
