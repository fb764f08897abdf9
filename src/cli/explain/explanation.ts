import type { Failure } from '../../api/status.ts';
import type { Organization } from '../../auth0/organization.ts';
import type { Listing } from '../../institutions/institution.ts';
import type { Changes, Update } from '../../sync/changes.ts';
import { markOf, ownership } from '../../sync/ownership.ts';
import type { SyncReport } from '../../sync/report.ts';
import { fieldChanges, type FieldChange } from '../plan/field-changes.ts';

/** All about one institution. */
export interface Explanation {
  readonly institutionId: string;
  readonly the: {
    readonly state: 'listed' | 'skipped' | 'absent';
    readonly name: string | null;
    readonly fields: Readonly<Record<string, string>>;
    /** Why its row is skipped. */
    readonly why: string | null;
  };
  /** The organizations that have its name or its mark. */
  readonly auth0: readonly {
    readonly organizationId: string;
    readonly name: string;
    readonly displayName: string | null;
    readonly metadata: Readonly<Record<string, string>>;
    readonly managed: boolean;
  }[];
  /** What the last sync could not do for it, as far as the status tells: it names 10 changes. */
  readonly failures: readonly Failure[];
  readonly next: NextStep;
}

export interface NextStep {
  readonly action: 'create' | 'update' | 'adopt' | 'remove' | 'nothing' | 'conflict';
  /** The change waits until it is approved. */
  readonly held: boolean;
  readonly changes: readonly FieldChange[];
  readonly why: string;
}

/** Explains one institution from a computed plan; undefined when the plan could not be made. */
export function explanation(
  institutionId: string,
  listing: Listing,
  organizations: Iterable<Organization>,
  report: SyncReport,
  failures: readonly Failure[] = [],
): Explanation | undefined {
  const { decision } = report;
  if (decision?.planned === undefined) return undefined;
  const all = [...organizations];
  const { managed } = ownership(all);
  const own = all.filter(
    (organization) => organization.name === institutionId || markOf(organization) === institutionId,
  );
  const listed = listing.institutions.find(({ id }) => id === institutionId);
  const skipped = listing.skipped.find(({ id }) => id === institutionId);
  return {
    institutionId,
    the: {
      state: listed === undefined ? (skipped === undefined ? 'absent' : 'skipped') : 'listed',
      name: listed?.name ?? null,
      fields: listed?.fields ?? {},
      why: skipped?.why ?? null,
    },
    auth0: own.map((organization) => ({
      organizationId: organization.id,
      name: organization.name,
      displayName: organization.displayName ?? null,
      metadata: organization.metadata,
      managed: managed.get(institutionId) === organization,
    })),
    failures: failures.filter((failure) => failure.institutionId === institutionId),
    next:
      plannedStep(institutionId, decision.planned, false) ??
      (decision.held && plannedStep(institutionId, decision.held.changes, true)) ??
      conflictStep(institutionId, report) ??
      noStep(listed !== undefined, skipped !== undefined, own.length, managed.has(institutionId)),
  };
}

function plannedStep(
  id: string,
  changes: Pick<Changes, 'renames' | 'updates' | 'removals'> & Partial<Changes>,
  held: boolean,
): NextStep | undefined {
  const creation = changes.creations?.find(({ institution }) => institution.id === id);
  if (creation !== undefined) {
    const why = creation.awaitsRename
      ? 'THE lists it, and the organization that has its name gets its own name back first.'
      : 'THE lists it, and no organization has its name or its mark.';
    return { action: 'create', held, changes: [], why };
  }
  const update = [...changes.renames, ...changes.updates].find(
    ({ institution }) => institution.id === id,
  );
  if (update !== undefined) return updateStep(update, held);
  const removal = changes.removals.find(({ institutionId }) => institutionId === id);
  return removal && removalStep(held);
}

function updateStep(update: Update, held: boolean): NextStep {
  const changes = fieldChanges(update);
  if (!update.adopts) {
    return {
      action: 'update',
      held,
      changes,
      why: 'The organization differs from what THE lists.',
    };
  }
  const why =
    'An organization without the mark has the name of the institution, and adopt is true.';
  return { action: 'adopt', held, changes, why };
}

function removalStep(held: boolean): NextStep {
  const why = 'THE does not list it any more, the organization is managed, and prune is true.';
  return { action: 'remove', held, changes: [], why };
}

function conflictStep(id: string, { conflicts }: SyncReport): NextStep | undefined {
  const conflict = conflicts.find(({ institutionId }) => institutionId === id);
  return conflict && { action: 'conflict', held: false, changes: [], why: conflict.why };
}

function noStep(
  isListed: boolean,
  isSkipped: boolean,
  organizations: number,
  isManaged: boolean,
): NextStep {
  return { action: 'nothing', held: false, changes: [], why: whyNothing() };

  function whyNothing(): string {
    if (isListed && isManaged) return 'The organization is as THE lists it.';
    if (isListed) return 'Its organization waits for changes that are held.';
    if (isSkipped && isManaged) return 'Its row is skipped; the organization is kept as it is.';
    if (isSkipped) return 'Its row cannot become an organization.';
    if (isManaged) return 'THE does not list it any more, but prune is false.';
    if (organizations > 0) return 'THE does not list it, and the organization is not managed.';
    return 'THE does not list it, and no organization has its name or its mark.';
  }
}
