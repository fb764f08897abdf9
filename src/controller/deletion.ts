import { Fault } from '../api/fault.ts';
import { logObserver } from '../sync/log-observer.ts';
import { inSyncSpan } from '../sync/sync-span.ts';
import { admit } from './admit.ts';
import type { ReconcileContext } from './context.ts';
import type { Entry } from './entry.ts';
import { givesUp, hasFinalizer, removeOrganizations, wantsFinalizer } from './finalizer.ts';
import { followProgress } from './progress.ts';
import { publish } from './publish.ts';
import { delayUntilNext } from './schedule.ts';
import type { Session } from './session.ts';
import { countChanges } from './sync-metrics.ts';
import type { WatchedObject } from './watched-object.ts';

/** A deletion is retried at least this often, whatever the nap. */
const DELETION_NAP_MS = 30_000;

/**
 * Lets a deleted object go: at once without `deletionPolicy: Delete`, in mode Plan (which writes
 * nothing to Auth0), or when an older object owns the tenant; otherwise after its organizations are
 * removed. A change of the spec stops that, so `Retain` calls it off. Works while suspended. When the
 * credentials are gone for good it gives up, and says what is left behind.
 */
export async function reconcileDeletion(
  object: WatchedObject,
  entry: Entry,
  context: ReconcileContext,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { api, clock, log, random } = context;
  if (!hasFinalizer(object)) return undefined;
  if (!wantsFinalizer(object) || object.spec?.mode === 'Plan') {
    await api.setFinalizer(object, false, signal);
    return undefined;
  }

  try {
    const removed = await tracedRemoval(object, entry, context, signal);
    const note = `Removed ${removed} organizations, because deletionPolicy is Delete.`;
    const event = { type: 'Normal', reason: 'OrganizationsRemoved', action: 'Remove' } as const;
    await api.recordEvent(object, { ...event, note }, signal);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const isRival = error.reason === 'TenantConflict';
    const deletedAt = object.metadata.deletionTimestamp ?? '';
    if (!isRival && !givesUp(error, deletedAt, clock.now())) {
      entry.failures += 1;
      const delay = delayUntilNext(DELETION_NAP_MS, error.reason, entry.failures, random);
      entry.nextAt = clock.now() + delay;
      await publish({ facts: { kind: 'blocked', fault: error }, object, entry }, context, signal);
      return delay;
    }
    const note = isRival
      ? 'The organizations stay: an older InstitutionSync works on the same tenant.'
      : `The managed organizations of ${object.spec?.auth0.domain} are left behind. ${error.message}`;
    log.warn('organizations left behind', { reason: error.reason, detail: note });
    await publish(
      { facts: { kind: 'blocked', fault: new Fault(error.reason, note) }, object, entry },
      context,
      signal,
    );
    const event = { type: 'Warning', reason: 'OrganizationsLeftBehind', action: 'Remove' } as const;
    await api.recordEvent(object, { ...event, note }, signal);
  }
  await api.setFinalizer(object, false, signal);
  return undefined;
}

function tracedRemoval(
  object: WatchedObject,
  entry: Entry,
  context: ReconcileContext,
  signal: AbortSignal,
): Promise<number> {
  const about = { id: entry.run?.id ?? context.newId(), object: object.metadata };
  return inSyncSpan('removal', about, () => removeAll(object, entry, context, signal));
}

async function removeAll(
  object: WatchedObject,
  entry: Entry,
  context: ReconcileContext,
  signal: AbortSignal,
): Promise<number> {
  const session = await openSession(object, entry, context, signal);
  const correlationId = entry.run?.id ?? context.newId();
  const progress = followProgress(
    (now, until) =>
      publish({ facts: { kind: 'running', progress: now }, object, entry }, context, until),
    context.clock,
  );
  try {
    const observer = countChanges(
      context.metrics,
      object,
      entry,
      logObserver(
        context.log.child({ sync: correlationId }),
        () => ({ ...session.actor, instance: context.instance, correlationId }),
        progress.progress,
      ),
    );
    return await removeOrganizations(session.tenant, observer, context.clock, signal);
  } finally {
    await progress.stop();
  }
}

/** A Secret that was deleted together with the object may still be in use from the last sync. */
async function openSession(
  object: WatchedObject,
  entry: Entry,
  context: ReconcileContext,
  signal: AbortSignal,
): Promise<Pick<Session, 'tenant' | 'actor'>> {
  try {
    return (await admit(object, entry, context, signal)).session;
  } catch (error) {
    const isSecretGone = error instanceof Fault && error.reason === 'SecretNotFound';
    if (isSecretGone && entry.session !== undefined) return entry.session;
    throw error;
  }
}
