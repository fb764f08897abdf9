import type { Organization } from '../../../src/auth0/organization.ts';
import type { Institution } from '../../../src/institutions/institution.ts';
import { apply } from '../../../src/sync/apply.ts';
import type { Changes } from '../../../src/sync/changes.ts';
import { plan } from '../../../src/sync/plan.ts';
import { nothingApplied, type Applied } from '../../../src/sync/report.ts';
import { emptyMemory, type TenantMemory } from '../../../src/sync/snapshot.ts';
import { memoryTenant, recordingObserver, type MemoryTenant } from './memory-tenant.ts';
import { byId, ids, institution, listing, organization, organizations } from './rows.ts';

export interface Scene {
  readonly tenant: MemoryTenant;
  readonly memory: TenantMemory;
  readonly changes: Changes;
  readonly applied: Applied;
  readonly observer: ReturnType<typeof recordingObserver>;
  readonly abort: AbortController;
  readonly apply: () => Promise<void>;
}

/** Everything that a plan from `seed` to `institutions` asks for. */
export function scene(institutions: readonly Institution[], seed: readonly Organization[]): Scene {
  const tenant = memoryTenant(seed);
  const memory = { ...emptyMemory(), organizations: byId(seed), readAt: 1 };
  const changes = plan(listing(institutions), memory.organizations, { adopt: true, fields: [] });
  const applied = nothingApplied();
  const observer = recordingObserver();
  const abort = new AbortController();
  const context = { tenant, memory, connections: [], fields: [], mayAdopt: true };
  return {
    tenant,
    memory,
    changes,
    applied,
    observer,
    abort,
    apply: () => apply(changes, applied, context, observer, abort.signal),
  };
}

/** `count` creations, updates and removals each. */
export function mixed(count: number): Scene {
  const names = ids(3 * count);
  const kept = names.slice(0, count).map((id) => institution(id, `New ${id}`));
  const made = names.slice(count, 2 * count).map((id) => institution(id));
  const gone = names.slice(2 * count);
  return scene([...kept, ...made], organizations([...kept.map(({ id }) => id), ...gone]));
}

/** Three organizations, each of which has the name of the next, and a creation that waits for one. */
export function renaming(): Scene {
  return scene(
    [institution('a'), institution('b'), institution('c'), institution('d')],
    [
      organization('org_1', 'a', { institutionId: 'b' }, 'Name b'),
      organization('org_2', 'b', { institutionId: 'c' }, 'Name c'),
      organization('org_3', 'c', { institutionId: 'd' }, 'Name d'),
    ],
  );
}
