import type { Organization } from '../../src/auth0/organization.ts';
import { toInstitution } from '../../src/institutions/row.ts';
import type { Institution } from '../../src/institutions/institution.ts';
import { plan } from '../../src/sync/plan.ts';
import { institutions } from '../sandbox/institutions.ts';
import { median, type Findings } from './row.ts';

const COUNT = 100_000;
const ROUNDS = 7;

/** CPU of the plan of 100,000 institutions against 100,000 organizations, and how it grows. */
export function benchPlan(): Findings {
  const all = institutions(COUNT)
    .map((row) => toInstitution(row, []))
    .filter((each): each is Institution => 'fields' in each);
  const half = median(times(() => cpuOfPlan(all.slice(0, COUNT / 2))));
  const whole = median(times(() => cpuOfPlan(all)));
  return {
    rows: [
      { what: 'plan of 100,000 against 100,000: CPU', measured: whole, unit: 's', bar: 0.5 },
      // Linear is 2; the caches of the processor serve the smaller one better.
      { what: 'CPU at 100,000 / CPU at 50,000', measured: whole / half, unit: '', bar: 2.6 },
    ],
  };
}

/** A tenth of the organizations show an old name; the rest is equal. */
function cpuOfPlan(rows: readonly Institution[]): number {
  const organizations = new Map<string, Organization>();
  for (const [index, { id, name }] of rows.entries()) {
    const displayName = index % 10 === 0 ? `${name} (old)` : name;
    const orgId = `org_${index}`;
    organizations.set(orgId, { id: orgId, name: id, displayName, metadata: { institutionId: id } });
  }
  const before = process.cpuUsage();
  const { updates } = plan({ institutions: rows, skipped: [] }, organizations, {
    adopt: true,
    fields: [],
  });
  const { user, system } = process.cpuUsage(before);
  if (updates.length !== Math.ceil(rows.length / 10)) throw new Error('the plan is wrong');
  return (user + system) / 1e6;
}

function times(measure: () => number): readonly number[] {
  return Array.from({ length: ROUNDS }, measure);
}
