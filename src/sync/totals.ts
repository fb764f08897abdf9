import type { Sliced } from '../time/slices.ts';
import type { Plan } from './changes.ts';
import { countManaged } from './ownership.ts';
import type { Applied, SyncReport } from './report.ts';
import type { TenantMemory } from './snapshot.ts';

/** The tenant in numbers, after the changes made so far. */
export function* countOrganizations(
  plan: Plan,
  applied: Applied,
  memory: TenantMemory,
): Sliced<NonNullable<SyncReport['organizations']>> {
  const total = memory.organizations.size;
  const managed = yield* countManaged(memory.organizations);
  return {
    total,
    managed,
    inSync: plan.organizations.inSync + applied.created + applied.updated,
    unmanaged: total - managed,
    conflicts: plan.conflicts.length,
  };
}
