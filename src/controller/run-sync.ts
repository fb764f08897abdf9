import { syncSettings } from '../sync/from-spec.ts';
import { logObserver } from '../sync/log-observer.ts';
import type { SyncReport } from '../sync/report.ts';
import { sync } from '../sync/sync.ts';
import type { Admitted } from './admit.ts';
import type { ReconcileContext } from './context.ts';
import type { Entry } from './entry.ts';
import type { Facts } from './facts.ts';
import { followProgress } from './progress.ts';
import { publish } from './publish.ts';
import { countChanges } from './sync-metrics.ts';
import type { WatchedObject } from './watched-object.ts';

/**
 * Runs one sync of an admitted object, and publishes its progress. `until` also aborts when the object
 * has changed; what is being published is still sent then.
 */
export async function runSync(
  { spec, session }: Admitted,
  object: WatchedObject,
  entry: Entry,
  force: boolean,
  context: ReconcileContext,
  until: AbortSignal,
  signal: AbortSignal,
): Promise<Facts> {
  const { api, clock, metrics } = context;
  const { generation } = object.metadata;
  const id = entry.run?.id ?? context.newId();
  const log = context.log.child({ sync: id });
  const newSettings = entry.syncedGeneration !== generation;
  await publish(
    { facts: { kind: 'running', progress: undefined }, object, entry },
    context,
    signal,
  );
  const progress = followProgress(
    (now, end) =>
      publish({ facts: { kind: 'running', progress: now }, object, entry }, context, end),
    clock,
  );

  let report: SyncReport;
  try {
    report = await sync(
      {
        id,
        source: session.source,
        tenant: session.tenant,
        memory: session.memory,
        settings: syncSettings(spec),
        force,
        newSettings,
        // As it is: it counts only for exactly what is held, also if that was never shown as held.
        approval: object.approval,
        onApproved: async (hash, end) => {
          await api.removeApproval(object, hash, end);
          const note = 'The approved changes are released.';
          const event = { type: 'Normal', reason: 'ChangesApproved', action: 'Approve' } as const;
          await api.recordEvent(object, { ...event, note }, end);
        },
        observer: countChanges(
          metrics,
          object,
          entry,
          logObserver(
            log,
            () => ({ ...session.actor, instance: context.instance, correlationId: id }),
            progress.progress,
          ),
        ),
        clock,
      },
      until,
    );
  } finally {
    await progress.stop();
  }
  if (report.outcome === 'done') entry.syncedGeneration = generation;
  return report.outcome === 'interrupted'
    ? { kind: 'interrupted', report }
    : { kind: 'synced', report };
}
