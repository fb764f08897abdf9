import type { Organization } from '../auth0/organization.ts';
import type { Institution, Listing } from '../institutions/institution.ts';
import { atOnce, eachInSlices, type Sliced } from '../time/slices.ts';
import type { Conflict, Creation, Plan, Removal, Update } from './changes.ts';
import { differences } from './desired.ts';
import { listedIdsInSlices } from './listed-ids.ts';
import { markOf, ownershipInSlices, type Ownership } from './ownership.ts';
import { orderRenames } from './renames.ts';

/**
 * Compares institutions with the tenant's organizations: what to create, update and remove so that
 * they are equal. Pure, linear, and the same whatever the order of rows. Only managed organizations
 * are ever removed, and never one whose institution is listed, be it only as a skipped row.
 */
export function plan(
  listing: Pick<Listing, 'institutions' | 'skipped'>,
  organizations: ReadonlyMap<string, Organization>,
  settings: { readonly adopt: boolean; readonly fields: readonly string[] },
): Plan {
  return atOnce(planInSlices(listing, organizations, settings));
}

/** The same, with pauses: 100,000 rows take longer than the event loop may be blocked. */
export function* planInSlices(
  listing: Pick<Listing, 'institutions' | 'skipped'>,
  organizations: ReadonlyMap<string, Organization>,
  settings: { readonly adopt: boolean; readonly fields: readonly string[] },
): Sliced<Plan> {
  const owned = yield* ownershipInSlices(organizations.values());
  const absent: Institution[] = [];
  const renames: Update[] = [];
  const updates: Update[] = [];
  let inSync = 0;

  yield* eachInSlices(listing.institutions, (institution) => {
    const organization = owned.managed.get(institution.id);
    if (organization === undefined) {
      absent.push(institution);
      return;
    }
    const set = differences(organization, institution, settings.fields);
    if (set === undefined) inSync += 1;
    else if (set.name === undefined) updates.push(update(organization, institution, set, false));
    else renames.push(update(organization, institution, set, false));
  });

  const order = orderRenames(renames, owned.byName);
  const conflicts: Conflict[] = [...order.conflicts];
  const creations: Creation[] = [];
  yield* eachInSlices(absent, (institution) => {
    const holder = owned.byName.get(institution.id);
    if (holder === undefined || order.freed.has(holder.id)) {
      creations.push({ kind: 'create', institution, awaitsRename: holder !== undefined });
    } else if (markOf(holder) === undefined && settings.adopt) {
      const set = differences(holder, institution, settings.fields) ?? {};
      updates.push(update(holder, institution, set, true));
    } else {
      conflicts.push(conflictWith(holder, institution));
    }
  });

  const gone = yield* removals(listing, owned);
  conflicts.push(...gone.conflicts);
  return {
    renames: order.renames,
    creations,
    updates,
    removals: gone.removals,
    conflicts,
    organizations: {
      total: organizations.size,
      managed: owned.managed.size,
      inSync,
      unmanaged: organizations.size - owned.managed.size,
    },
  };
}

function update(
  organization: Organization,
  institution: Institution,
  set: Update['set'],
  adopts: boolean,
): Update {
  return { kind: 'update', organization, institution, set, adopts };
}

function conflictWith(holder: Organization, institution: Institution): Conflict {
  return {
    institutionId: institution.id,
    organizationId: holder.id,
    why:
      markOf(holder) === undefined
        ? 'An organization that is not managed has the name of this institution. Set organizations.adopt to true, or rename or delete that organization.'
        : 'An organization that is marked for another institution has the name of this one. Correct its metadata.institutionId, or rename that organization.',
  };
}

function* removals(
  listing: Pick<Listing, 'institutions' | 'skipped'>,
  owned: Ownership,
): Sliced<{ readonly removals: readonly Removal[]; readonly conflicts: readonly Conflict[] }> {
  const listed = yield* listedIdsInSlices(listing);
  const gone: Removal[] = [];
  const conflicts: Conflict[] = [];
  yield* eachInSlices(owned.managed, ([institutionId, organization]) => {
    if (listed.has(institutionId)) return;
    // Without its twin, the other organization would look like this one renamed, and go next.
    if (owned.doubled.has(institutionId)) {
      const why =
        'The institution is gone, but several organizations carry its metadata.institutionId, so none is removed. Take the key off those that are not its own.';
      conflicts.push({ institutionId, organizationId: organization.id, why });
    } else {
      gone.push({ kind: 'remove', organization, institutionId });
    }
  });
  return { removals: gone, conflicts };
}
