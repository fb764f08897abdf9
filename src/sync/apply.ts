import { Fault } from '../api/fault.ts';
import { Refusal } from '../auth0/refusal.ts';
import { applyChange, type ChangeContext, type ChangeResult } from './apply-change.ts';
import type { Audit } from './audit.ts';
import { countChanges, type Change, type Changes } from './changes.ts';
import type { Observer } from './observer.ts';
import { pool } from './pool.ts';
import { addFailure, type Applied } from './report.ts';
import { doubt } from './snapshot.ts';

/**
 * Changes under way at once. At most 16 requests a second (Enterprise, all endpoints together) and
 * answers within a second need no more; the tenant's limits, not this number, set the pace.
 */
export const CHANGES_IN_FLIGHT = 16;

/**
 * Makes the allowed changes in Auth0: renames one by one, then creations, updates, removals, many at
 * a time. A refused change is counted and the rest goes on. Fills `applied` as it goes, so that it
 * is true also when this rejects: with the `Fault` that ended it, or with the signal's reason.
 */
export async function apply(
  changes: Changes,
  applied: Applied,
  means: Omit<ChangeContext, 'strayMarks'>,
  observer: Observer,
  signal: AbortSignal,
): Promise<void> {
  const context: ChangeContext = { ...means, strayMarks: new Set() };
  const total = countChanges(changes);
  let full: Fault | undefined;
  let done = 0;
  applied.left = total;
  if (total > 0) observer.progress('Applying', 0, total);

  async function make(change: Change, signal: AbortSignal): Promise<void> {
    if (full !== undefined && change.kind === 'create') return;
    try {
      count(await applyChange(change, context, signal), change);
    } catch (error) {
      if (error instanceof Fault && error.reason === 'CapacityExceeded') {
        full ??= error;
        return;
      }
      if (!(error instanceof Refusal)) {
        // A write may have been made although its answer never came; an abort only ends waits.
        if (error !== signal.reason) doubt(context.memory);
        throw error;
      }
      // A name that the memory has as free is taken.
      if (error.statusCode === 409) doubt(context.memory);
      refuse(change, error.statusCode, error.message);
    }
    done += 1;
    applied.left -= 1;
    observer.progress('Applying', done, total);
  }

  function count(outcome: ChangeResult, change: Change): void {
    if (outcome.result === 'conflict') return refuse(change, 409, outcome.message);
    if (outcome.result === 'gone') {
      // For a removal this is what was wanted; an update has lost its organization.
      if (change.kind === 'remove') applied.deleted += 1;
      else refuse(change, 404, 'The organization was deleted meanwhile. The next sync creates it.');
      return;
    }
    applied[outcome.result] += 1;
    if (outcome.result !== 'spared') observer.changed(outcome.audit);
  }

  function refuse(change: Change, statusCode: number, message: string): void {
    const operation = OPERATIONS[change.kind];
    const institutionId = change.kind === 'remove' ? change.institutionId : change.institution.id;
    addFailure(applied, { institutionId, operation, statusCode, message });
    observer.failed(operation, institutionId, message);
  }

  const { renames, creations, updates, removals } = changes;
  await pool(renames, 1, make, signal);
  await pool(inOrder(creations, updates, removals), CHANGES_IN_FLIGHT, make, signal);
  signal.throwIfAborted();
  if (full !== undefined) throw full;
}

const OPERATIONS = {
  create: 'create',
  update: 'update',
  remove: 'delete',
} as const satisfies Record<Change['kind'], Audit['operation']>;

function* inOrder(...lists: readonly (readonly Change[])[]): Generator<Change> {
  for (const list of lists) yield* list;
}
