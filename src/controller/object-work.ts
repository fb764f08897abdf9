import { objectKey } from '../kubernetes/resource.ts';
import type { WorkResult } from '../kubernetes/work-queue.ts';
import type { ReconcileContext } from './context.ts';
import type { Objects } from './objects.ts';
import { reconcile } from './reconcile.ts';
import { recordExpiry } from './sync-metrics.ts';
import type { WatchedObject } from './watched-object.ts';

/**
 * What the work queue does with one object: reconciles it, with a log and services that tell of it.
 * Resolves with when it is to be looked at again; an object that is gone needs nothing.
 */
export async function workOn(
  object: WatchedObject | undefined,
  objects: Objects,
  context: ReconcileContext,
  signal: AbortSignal,
): Promise<WorkResult> {
  if (object === undefined) return 'done';
  const key = objectKey(object.metadata);
  const log = context.log.child({ object: key });
  const entry = objects.entryOf(object);
  const session = {
    ...context.session,
    tenant: {
      ...context.session.tenant,
      log,
      correlationId: () => entry.run?.id,
      onExpiry: (at: number | undefined) => recordExpiry(context.metrics, object, entry, at),
    },
    source: { ...context.session.source, log },
  };
  const afterMs = await reconcile(object, entry, { ...context, log, session }, signal);
  return afterMs === undefined ? 'done' : { afterMs };
}
