import type { Organization } from '../../../src/auth0/organization.ts';
import type { Institution, Listing } from '../../../src/institutions/institution.ts';
import { plan } from '../../../src/sync/plan.ts';
import { decide } from '../../../src/sync/policy.ts';
import { nothingApplied, type SyncReport } from '../../../src/sync/report.ts';

/** Settings of the cases; each may have others. */
const SETTINGS = {
  mode: 'Plan',
  prune: true,
  adopt: true,
  fields: ['country', 'phone'],
  limits: { deletions: { kind: 'count', value: 1 }, updates: { kind: 'percent', value: 100 } },
} as const;

export type PlanSettings = Partial<{
  readonly prune: boolean;
  readonly adopt: boolean;
  readonly limits: Parameters<typeof decide>[1]['limits'];
}>;

export function institution(
  id: string,
  name = `Name of ${id}`,
  fields: Institution['fields'] = {},
): Institution {
  return { id, name, fields };
}

/** A managed organization, unless its metadata says something else. */
export function organization(
  name: string,
  given: Partial<Omit<Organization, 'name'>> = {},
): Organization {
  return {
    id: `org_${name}`,
    name,
    displayName: `Name of ${name}`,
    metadata: { institutionId: name },
    ...given,
  };
}

export function listing(
  institutions: readonly Institution[],
  skipped: Listing['skipped'] = [],
): Listing {
  return { institutions, skipped, digest: 'sha256:0' };
}

/** The report of a sync in mode Plan over these two sides. */
export function planReport(
  the: Listing,
  organizations: readonly Organization[],
  given: PlanSettings = {},
): SyncReport {
  const settings = { ...SETTINGS, ...given };
  const byId = new Map(organizations.map((each) => [each.id, each]));
  const planned = plan(the, byId, settings);
  return {
    id: 'a-sync',
    startedAt: 0,
    durationMs: 61_000,
    outcome: 'done',
    fault: undefined,
    requests: 3,
    fullReading: true,
    institutions: {
      total: the.institutions.length,
      skipped: the.skipped.length,
      skippedSample: the.skipped.map(({ id, why }) => `${id ?? 'no iid'}: ${why}`),
      digest: the.digest,
    },
    organizations: { ...planned.organizations, conflicts: planned.conflicts.length },
    conflicts: planned.conflicts,
    decision: decide(planned, settings, undefined),
    applied: nothingApplied(),
  };
}
