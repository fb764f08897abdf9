import { CONDITION_TYPES } from '../api/conditions.ts';
import type { InstitutionSyncStatus } from '../api/status.ts';
import type { WorkQueueMetrics } from '../kubernetes/work-queue.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Observer } from '../sync/observer.ts';
import type { Facts } from './facts.ts';
import { isSuccess } from './status.ts';
import type { WatchedObject } from './watched-object.ts';

/** The name of the one controller and of its queue in metrics. */
const NAME = 'institutionsync';

const OPERATIONS = ['create', 'update', 'delete', 'connect'] as const;
const RESULTS = ['success', 'failure'] as const;
const HELD_OPERATIONS = ['update', 'delete'] as const;
const STATES = ['managed', 'in_sync', 'unmanaged', 'conflict'] as const;
const CONDITION_STATUSES = ['True', 'False', 'Unknown'] as const;

/** Starts an object's series at 0, so that the first change shows as one. */
export function startMetrics({ ofObjects }: Metrics, object: WatchedObject): void {
  const labels = labelsOf(object);
  for (const operation of OPERATIONS) {
    for (const result of RESULTS) ofObjects.changes.inc({ ...labels, operation, result }, 0);
  }
  for (const operation of HELD_OPERATIONS) ofObjects.held.set({ ...labels, operation }, 0);
  for (const state of STATES) ofObjects.organizations.set({ ...labels, state }, 0);
  ofObjects.institutions.set(labels, 0);
  ofObjects.duration.zero(labels);
  const success = Date.parse(object.status?.lastSuccessTime ?? '') / 1000;
  ofObjects.lastSuccess.set(labels, Number.isNaN(success) ? 0 : success);
}

/** Takes away all series of an object that is gone. */
export function forgetMetrics({ ofObjects }: Metrics, object: WatchedObject): void {
  const labels = labelsOf(object);
  for (const operation of OPERATIONS) {
    for (const result of RESULTS) ofObjects.changes.remove({ ...labels, operation, result });
  }
  for (const operation of HELD_OPERATIONS) ofObjects.held.remove({ ...labels, operation });
  for (const state of STATES) ofObjects.organizations.remove({ ...labels, state });
  for (const type of CONDITION_TYPES) {
    for (const status of CONDITION_STATUSES)
      ofObjects.condition.remove({ ...labels, type, status });
  }
  ofObjects.institutions.remove(labels);
  ofObjects.duration.remove(labels);
  ofObjects.lastSuccess.remove(labels);
}

/** Counts each change when it is made or refused. */
export function countChanges(
  { ofObjects }: Metrics,
  object: WatchedObject,
  observer: Observer,
): Observer {
  const labels = labelsOf(object);
  return {
    progress: observer.progress,
    changed(audit) {
      ofObjects.changes.inc({ ...labels, operation: audit.operation, result: 'success' });
      observer.changed(audit);
    },
    failed(operation, institutionId, message) {
      ofObjects.changes.inc({ ...labels, operation, result: 'failure' });
      observer.failed(operation, institutionId, message);
    },
  };
}

/** Shows the status in the gauges, and how long a sync took. */
export function recordFacts(
  { ofObjects }: Metrics,
  object: WatchedObject,
  facts: Facts,
  status: InstitutionSyncStatus,
): void {
  const labels = labelsOf(object);
  const { institutions, organizations, heldChanges } = status;
  if (institutions !== undefined) ofObjects.institutions.set(labels, institutions.total);
  if (organizations !== undefined) {
    const { managed, inSync, unmanaged, conflicts } = organizations;
    const states = { managed, in_sync: inSync, unmanaged, conflict: conflicts };
    for (const [state, count] of Object.entries(states)) {
      ofObjects.organizations.set({ ...labels, state }, count);
    }
  }
  ofObjects.held.set({ ...labels, operation: 'delete' }, heldChanges?.deletions ?? 0);
  ofObjects.held.set({ ...labels, operation: 'update' }, heldChanges?.updates ?? 0);
  for (const type of CONDITION_TYPES) {
    const condition = status.conditions?.find((each) => each.type === type);
    for (const value of CONDITION_STATUSES) {
      ofObjects.condition.set(
        { ...labels, type, status: value },
        Number(condition?.status === value),
      );
    }
  }

  if (!('report' in facts) || facts.report === undefined) return;
  const { report } = facts;
  ofObjects.duration.observe(labels, report.durationMs / 1000);
  if (isSuccess(report)) {
    ofObjects.lastSuccess.set(labels, (report.startedAt + report.durationMs) / 1000);
  }
}

/** The queue's and the reconciler's metrics, in client-go's and controller-runtime's names. */
export function queueMetrics(metrics: Metrics, workers: number): WorkQueueMetrics {
  const queue = { name: NAME };
  const controller = { controller: NAME };
  metrics.maxWorkers.set(controller, workers);
  metrics.activeWorkers.set(controller, 0);
  metrics.queueDepth.set(queue, 0);
  for (const counter of [metrics.queueAdds, metrics.queueRetries]) counter.inc(queue, 0);
  metrics.reconcileErrors.inc(controller, 0);
  for (const result of ['success', 'requeue', 'requeue_after', 'error']) {
    metrics.reconcileTotal.inc({ ...controller, result }, 0);
  }
  return {
    added: () => metrics.queueAdds.inc(queue),
    depth: (keys) => metrics.queueDepth.set(queue, keys),
    started: (seconds) => metrics.queueSeconds.observe(queue, seconds),
    active: (count) => metrics.activeWorkers.set(controller, count),
    retried: () => metrics.queueRetries.inc(queue),
    finished(result, seconds) {
      metrics.workSeconds.observe(queue, seconds);
      metrics.reconcileSeconds.observe(controller, seconds);
      metrics.reconcileTotal.inc({ ...controller, result });
      if (result === 'error') metrics.reconcileErrors.inc(controller);
    },
  };
}

function labelsOf({ metadata: { namespace, name } }: WatchedObject) {
  return { namespace, name };
}
