import type { Listing } from '../../institutions/institution.ts';
import type { Creation, Removal, Update } from '../../sync/changes.ts';
import type { SyncReport } from '../../sync/report.ts';
import { fieldChanges, type FieldChange } from './field-changes.ts';

export interface PlannedCreation {
  readonly institutionId: string;
  readonly displayName: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface PlannedUpdate {
  readonly institutionId: string;
  readonly organizationId: string;
  /** The organization was not managed before. */
  readonly adopts: boolean;
  readonly changes: readonly FieldChange[];
}

export interface PlannedRemoval {
  readonly institutionId: string;
  readonly organizationId: string;
  readonly displayName: string | null;
  /** What the organization holds: it tells what removals have in common. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a sync would do, whole, as `-o json` and `-o yaml` show it. */
export interface PlanDocument {
  readonly domain: string;
  /** Nothing to do, nothing held, no conflict. Skipped rows have no organization to differ. */
  readonly equal: boolean;
  readonly counts: {
    readonly creations: number;
    readonly updates: number;
    readonly removals: number;
    readonly held: number;
    readonly skipped: number;
    readonly conflicts: number;
    readonly inSync: number;
  };
  readonly institutions: { readonly total: number; readonly digest: string };
  readonly organizations: {
    readonly total: number;
    readonly managed: number;
    readonly unmanaged: number;
  };
  readonly creations: readonly PlannedCreation[];
  readonly updates: readonly PlannedUpdate[];
  readonly removals: readonly PlannedRemoval[];
  /** Changes beyond a limit, which wait until their hash is approved; null when there are none. */
  readonly held: {
    readonly planHash: string;
    readonly updates: readonly PlannedUpdate[];
    readonly removals: readonly PlannedRemoval[];
  } | null;
  readonly skipped: readonly { readonly institutionId: string | null; readonly why: string }[];
  readonly conflicts: readonly {
    readonly institutionId: string;
    readonly organizationId: string;
    readonly why: string;
  }[];
}

/** The report of a sync in mode Plan, as a document; undefined when it ended before the plan. */
export function planDocument(
  domain: string,
  report: SyncReport,
  listing: Pick<Listing, 'skipped'>,
): PlanDocument | undefined {
  const { decision, institutions, organizations, conflicts } = report;
  const planned = decision?.planned;
  if (planned === undefined || institutions === undefined || organizations === undefined) {
    return undefined;
  }
  const held = decision?.held;
  const updates = [...planned.renames, ...planned.updates];
  const counts = {
    creations: planned.creations.length,
    updates: updates.length,
    removals: planned.removals.length,
    held: held === undefined ? 0 : held.updates + held.deletions,
    skipped: listing.skipped.length,
    conflicts: conflicts.length,
    inSync: organizations.inSync,
  };
  const differing = counts.creations + counts.updates + counts.removals + counts.held;
  return {
    domain,
    equal: differing + counts.conflicts === 0,
    counts,
    institutions: { total: institutions.total, digest: institutions.digest },
    organizations: {
      total: organizations.total,
      managed: organizations.managed,
      unmanaged: organizations.unmanaged,
    },
    creations: planned.creations.map(plannedCreation),
    updates: updates.map(plannedUpdate),
    removals: planned.removals.map(plannedRemoval),
    held:
      held === undefined
        ? null
        : {
            planHash: held.planHash,
            updates: [...held.changes.renames, ...held.changes.updates].map(plannedUpdate),
            removals: held.changes.removals.map(plannedRemoval),
          },
    skipped: listing.skipped.map(({ id, why }) => ({ institutionId: id ?? null, why })),
    conflicts: conflicts.map(({ institutionId, organizationId, why }) => ({
      institutionId,
      organizationId,
      why,
    })),
  };
}

function plannedCreation({ institution }: Creation): PlannedCreation {
  const { id, name, fields } = institution;
  return { institutionId: id, displayName: name, metadata: fields };
}

function plannedUpdate(update: Update): PlannedUpdate {
  return {
    institutionId: update.institution.id,
    organizationId: update.organization.id,
    adopts: update.adopts,
    changes: fieldChanges(update),
  };
}

function plannedRemoval({ organization, institutionId }: Removal): PlannedRemoval {
  return {
    institutionId,
    organizationId: organization.id,
    displayName: organization.displayName ?? null,
    metadata: organization.metadata,
  };
}
