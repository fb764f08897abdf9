import { Fault } from '../api/fault.ts';
import type { Clock } from '../time/clock.ts';
import { inSlices } from '../time/slices.ts';
import { apply } from './apply.ts';
import { confirmRemovals, isByMarkAlone, shownTwice } from './confirm-removals.ts';
import { repairConnections, resolveConnections } from './connections.ts';
import type { Observer } from './observer.ts';
import { planInSlices } from './plan.ts';
import { decide } from './policy.ts';
import { nothingApplied, type SyncReport } from './report.ts';
import { requiredScopes } from './scopes.ts';
import type { SyncSettings } from './settings.ts';
import { doubt, isFresh, readOrganizations, type TenantMemory } from './snapshot.ts';
import type { Source } from './source.ts';
import type { Tenant } from './tenant.ts';
import { countOrganizations } from './totals.ts';

export interface SyncInput {
  /** Names this sync in logs, in the status and in Auth0's own logs. */
  readonly id: string;
  readonly source: Source;
  readonly tenant: Tenant;
  readonly memory: TenantMemory;
  readonly settings: SyncSettings;
  /** Read all organizations, and check all connections, whatever the memory holds. */
  readonly force: boolean;
  /** These settings are new: organizations may lack connections that they ask for. */
  readonly newSettings: boolean;
  /** The hash of held changes that a person has approved. */
  readonly approval: string | undefined;
  /** Called when the approval fits, before the first released change is made. */
  readonly onApproved: (planHash: string, signal: AbortSignal) => Promise<void>;
  readonly observer: Observer;
  readonly clock: Clock;
}

/**
 * One sync, from top to bottom:
 *
 * 1. Check that the token may do what the settings need.
 * 2. Read all of THE's institutions; a listing that is not complete and consistent ends the sync.
 * 3. Read all organizations and the connections' ids, or use what the last reading left in memory.
 * 4. Plan: compare the two; a second listing of THE must agree with each removal, and a second reading
 *    of the tenant with each that rests on a mark alone.
 * 5. Policy: drop, hold or release changes.
 * 6. Apply: renames, creations, updates, removals.
 * 7. Check the connections of organizations that nobody has checked yet.
 * 8. Report the facts.
 *
 * Never rejects for a `Fault` or an abort: the report says how far it came. Nothing is written to
 * Auth0 before step 6. Killed at any point, the next sync completes the work: the tenant itself is
 * the only state.
 */
export async function sync(input: SyncInput, signal: AbortSignal): Promise<SyncReport> {
  const { source, tenant, memory, settings, observer, clock } = input;
  const startedAt = clock.now();
  const requestsBefore = tenant.requestCount();
  const facts: Mutable<Partial<SyncReport>> = {};
  const applied = nothingApplied();
  // Kept in the memory, so that it stays due when this sync does not come so far.
  if (input.force) {
    doubt(memory);
    memory.connected.clear();
  }
  const fullReading = !isFresh(memory, startedAt, settings.driftIntervalMs);
  if (input.force || (input.newSettings && fullReading)) memory.checkAllConnections = true;
  let outcome: SyncReport['outcome'] = 'done';

  try {
    await tenant.requireScopes(requiredScopes(settings), signal);

    observer.progress('ReadingInstitutions', 0, 0);
    const listing = await source.list(signal);
    facts.institutions = {
      total: listing.institutions.length,
      skipped: listing.skipped.length,
      skippedSample: listing.skipped.slice(0, 3).map(({ id, why }) => `${id ?? 'no iid'}: ${why}`),
      digest: listing.digest,
    };

    const onRead = (read: number) => observer.progress('ReadingOrganizations', read, 0);
    if (fullReading) await readOrganizations(tenant, memory, clock, onRead, signal);
    const connections = await resolveConnections(
      tenant,
      memory,
      settings.connections,
      fullReading,
      signal,
    );
    const plan = () => inSlices(planInSlices(listing, memory.organizations, settings), signal);
    const first = await plan();
    const readAgain = settings.prune && first.removals.some(isByMarkAlone);
    if (readAgain) await readOrganizations(tenant, memory, clock, onRead, signal);
    const proposed = readAgain ? await plan() : first;
    const planned = settings.prune ? await confirmRemovals(proposed, source, signal) : proposed;
    facts.conflicts = planned.conflicts;
    const decision = decide(planned, settings, input.approval);
    facts.decision = decision;
    facts.organizations = { ...planned.organizations, conflicts: planned.conflicts.length };
    if (decision.approved !== undefined) await input.onApproved(decision.approved, signal);

    try {
      const mayAdopt = settings.adopt && (decision.held?.updates ?? 0) === 0;
      const context = { tenant, memory, connections, fields: settings.fields, mayAdopt };
      const removals = shownTwice(first.removals, decision.allowed.removals);
      await apply({ ...decision.allowed, removals }, applied, context, observer, signal);
      if (settings.mode === 'Enforce') {
        const routine = fullReading ? 'some' : 'new';
        const extent = memory.checkAllConnections ? 'all' : routine;
        await repairConnections(tenant, memory, connections, extent, applied, observer, signal);
      }
    } finally {
      // Also after an abort: the report says what was done.
      const { signal: unaborted } = new AbortController();
      facts.organizations = await inSlices(countOrganizations(planned, applied, memory), unaborted);
    }
  } catch (error) {
    if (error instanceof Fault) {
      outcome = 'failed';
      facts.fault = error;
    } else if (signal.aborted) outcome = 'interrupted';
    else throw error;
  }

  return {
    id: input.id,
    startedAt,
    durationMs: clock.now() - startedAt,
    outcome,
    fault: facts.fault,
    requests: tenant.requestCount() - requestsBefore,
    fullReading,
    institutions: facts.institutions,
    organizations: facts.organizations,
    conflicts: facts.conflicts ?? [],
    decision: facts.decision,
    applied,
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
