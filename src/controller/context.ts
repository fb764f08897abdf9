import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Random } from '../time/backoff.ts';
import type { Clock } from '../time/clock.ts';
import type { AllowLists } from './allow-list.ts';
import type { ObjectApi } from './object-api.ts';
import type { SessionContext } from './session.ts';
import type { TenantClaim } from './tenant-conflict.ts';

/** What a reconciliation needs of the world. */
export interface ReconcileContext {
  readonly api: ObjectApi;
  /** Of all objects that the watch shows, those of other shards included. */
  readonly claims: () => Iterable<TenantClaim>;
  readonly allowLists: AllowLists;
  readonly session: SessionContext;
  readonly metrics: Metrics;
  readonly log: Log;
  /** The name of this process: the pod's. */
  readonly instance: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Names syncs: never the same twice. */
  readonly newId: () => string;
}
