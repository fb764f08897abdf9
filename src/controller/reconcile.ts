import { parseDuration } from '../api/duration.ts';
import { Fault } from '../api/fault.ts';
import { withDeadline } from '../kubernetes/deadline.ts';
import { inSyncSpan, type SyncEnd } from '../sync/sync-span.ts';
import { admit } from './admit.ts';
import type { ReconcileContext } from './context.ts';
import { reconcileDeletion } from './deletion.ts';
import { isDue, unansweredRequest, type Entry } from './entry.ts';
import { faultOf, type Facts } from './facts.ts';
import { hasFinalizer, wantsFinalizer } from './finalizer.ts';
import { publish, type Publication } from './publish.ts';
import { runSync } from './run-sync.ts';
import { delayUntilNext } from './schedule.ts';
import type { WatchedObject } from './watched-object.ts';

/**
 * Brings one object one step further; resolves with the milliseconds until it wants to be looked at
 * again (undefined: only when something happens).
 *
 * 1. An object that is being deleted: remove its organizations if it asks so, and let it go.
 * 2. Put the finalizer on or off, as `deletionPolicy` says.
 * 3. Suspended: say so, and stop.
 * 4. Not due: wait.
 * 5. Admit: the spec can be read, its hosts are allowed, no older object works on the tenant, the
 *    Secret holds credentials. A fault ends here, before any request to THE or Auth0.
 * 6. Sync, and tell of its progress.
 * 7. Publish the facts: status, conditions, events, metrics; say when the next sync is due.
 *
 * Level-based: it reads the world anew each time, whatever it was called for. Rejects only when the
 * API server fails it; then it is called again.
 */
export async function reconcile(
  object: WatchedObject,
  entry: Entry,
  context: ReconcileContext,
  signal: AbortSignal,
): Promise<number | undefined> {
  // Known before the first wait, so that a change of the object stops what was begun for the old one.
  const { generation } = object.metadata;
  const run = { id: context.newId(), generation, abort: new AbortController() };
  entry.run = run;
  try {
    const until = AbortSignal.any([signal, run.abort.signal]);
    return await step(object, entry, run.id, context, until, signal);
  } catch (error) {
    if (run.abort.signal.aborted) return 0;
    throw error;
  } finally {
    entry.run = undefined;
  }
}

/** `until` also aborts when the object has changed; what is being published is still sent then. */
async function step(
  object: WatchedObject,
  entry: Entry,
  id: string,
  context: ReconcileContext,
  until: AbortSignal,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { api, clock } = context;
  if (object.metadata.deletionTimestamp !== undefined) {
    return reconcileDeletion(object, entry, context, until);
  }
  // The API server failed when the last sync had ended; its outcome is not to wait for the next one.
  if (entry.unpublished !== undefined) await conclude(entry.unpublished, context, signal);
  if (hasFinalizer(object) !== wantsFinalizer(object)) {
    await api.setFinalizer(object, wantsFinalizer(object), until);
  }
  if (object.spec?.suspend === true) {
    await publish({ facts: { kind: 'suspended' }, object, entry }, context, signal);
    return undefined;
  }
  if (!isDue(object, entry, clock.now())) return entry.nextAt - clock.now();
  const about = { id, object: object.metadata };
  return inSyncSpan('sync', about, (tell) => syncOnce(object, entry, context, tell, until, signal));
}

async function syncOnce(
  object: WatchedObject,
  entry: Entry,
  context: ReconcileContext,
  tell: (end: SyncEnd) => void,
  until: AbortSignal,
  signal: AbortSignal,
): Promise<number> {
  const { clock, random } = context;
  // Read before the sync: what comes while it runs is not handled by it.
  const request = unansweredRequest(object, entry);
  const woken = entry.wake;
  entry.wake = false;
  // Shown while it runs: when this process is killed, the next one finds it due, whatever called for it.
  entry.nextAt = Math.min(entry.nextAt, clock.now());
  let facts: Facts;
  try {
    facts = await attempt(object, entry, request !== undefined, context, until, signal);
  } catch (error) {
    // Whatever called for this sync still does.
    entry.wake ||= woken;
    throw error;
  }
  tellEnd(facts, tell);

  if (facts.kind === 'interrupted') {
    // Whatever interrupted it calls again; after a shutdown the next process finds it due.
    entry.nextAt = clock.now();
    await conclude({ facts, object, entry }, context, signal);
    return 0;
  }
  const fault = faultOf(facts)?.reason;
  entry.failures = fault === undefined ? 0 : entry.failures + 1;
  const napMs = object.spec === undefined ? Infinity : parseDuration(object.spec.nap);
  const delay = delayUntilNext(napMs, fault, entry.failures, random);
  entry.nextAt = clock.now() + delay;
  await conclude({ facts, object, entry, request }, context, signal);
  return delay;
}

function tellEnd(facts: Facts, tell: (end: SyncEnd) => void): void {
  if (facts.kind === 'blocked') tell(facts);
  else if ('report' in facts && facts.report !== undefined) tell({ report: facts.report });
}

/** A last word to the API server is allowed this long after the process was told to stop. */
const LAST_WORD_MS = 5_000;

/** Publishes what became of a sync; what cannot be published is kept for the next reconciliation. */
async function conclude(
  publication: Publication,
  context: ReconcileContext,
  signal: AbortSignal,
): Promise<void> {
  const { object, entry, facts } = publication;
  entry.unpublished = { ...publication, isTold: true };
  if (signal.aborted) {
    const deadline = {
      clock: context.clock,
      ms: LAST_WORD_MS,
      signal: new AbortController().signal,
      error: () => new Error('The status could not be written before the end'),
    };
    await withDeadline(deadline, (until) => publish(publication, context, until));
  } else await publish(publication, context, signal);
  entry.unpublished = undefined;
  if (facts.kind !== 'interrupted') entry.answered = object.requests;
}

async function attempt(
  object: WatchedObject,
  entry: Entry,
  force: boolean,
  context: ReconcileContext,
  until: AbortSignal,
  signal: AbortSignal,
): Promise<Facts> {
  try {
    const admitted = await admit(object, entry, context, until);
    return await runSync(admitted, object, entry, force, context, until, signal);
  } catch (error) {
    if (error instanceof Fault) return { kind: 'blocked', fault: error };
    if (until.aborted) return { kind: 'interrupted', report: undefined };
    throw error;
  }
}
