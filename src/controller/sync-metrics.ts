import { CONDITION_TYPES } from '../api/conditions.ts';
import { parseDuration } from '../api/duration.ts';
import { FAULT_REASONS } from '../api/reasons.ts';
import type { InstitutionSyncStatus } from '../api/status.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Observer } from '../sync/observer.ts';
import type { Entry } from './entry.ts';
import type { Facts } from './facts.ts';
import type { WatchedObject } from './watched-object.ts';

const OPERATIONS = ['create', 'update', 'delete', 'connect'] as const;
type Operation = (typeof OPERATIONS)[number];
const RESULTS = ['success', 'failure'] as const;
type Result = (typeof RESULTS)[number];
const HELD_OPERATIONS = ['update', 'delete'] as const;
const STATES = ['managed', 'in_sync', 'unmanaged', 'conflict'] as const;
const CONDITION_STATUSES = ['True', 'False', 'Unknown'] as const;

/**
 * Starts an object's series: at 0, so that the first change shows as one, or where an earlier process
 * left them in the status, so that a restart shows nothing that is not so.
 */
export function startMetrics({ ofObjects }: Metrics, object: WatchedObject): void {
  const labels = labelsOf(object);
  for (const operation of OPERATIONS) {
    for (const result of RESULTS) ofObjects.changes.inc({ ...labels, operation, result }, 0);
  }
  for (const state of STATES) ofObjects.organizations.set({ ...labels, state }, 0);
  ofObjects.institutions.set(labels, 0);
  ofObjects.duration.zero(labels);
  recordStatus(ofObjects, object, object.status ?? {});
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
    for (const status of CONDITION_STATUSES) {
      ofObjects.condition.remove({ ...labels, type, status });
    }
  }
  for (const reason of FAULT_REASONS) ofObjects.fault.remove({ ...labels, reason });
  ofObjects.institutions.remove(labels);
  ofObjects.duration.remove(labels);
  ofObjects.lastSuccess.remove(labels);
  ofObjects.nap.remove(labels);
  ofObjects.credentialsExpiry.remove(labels);
}

/** Counts each change when it is made or refused. */
export function countChanges(
  { ofObjects }: Metrics,
  object: WatchedObject,
  entry: Entry,
  observer: Observer,
): Observer {
  const labels = labelsOf(object);
  function count(operation: Operation, result: Result): void {
    if (!entry.gone) ofObjects.changes.inc({ ...labels, operation, result });
  }
  return {
    progress: observer.progress,
    changed(audit) {
      count(audit.operation, 'success');
      observer.changed(audit);
    },
    failed(operation, institutionId, message) {
      count(operation, 'failure');
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
  recordStatus(ofObjects, object, status);
  if ('report' in facts && facts.report !== undefined) {
    ofObjects.duration.observe(labelsOf(object), facts.report.durationMs / 1000);
  }
}

/** Shows when the credentials in use end, in epoch milliseconds; undefined: nothing is known to end. */
export function recordExpiry(
  { ofObjects }: Metrics,
  object: WatchedObject,
  entry: Entry,
  expiresAt: number | undefined,
): void {
  if (entry.gone) return;
  const labels = labelsOf(object);
  if (expiresAt === undefined) ofObjects.credentialsExpiry.remove(labels);
  else ofObjects.credentialsExpiry.set(labels, expiresAt / 1000);
}

function recordStatus(
  ofObjects: Metrics['ofObjects'],
  object: WatchedObject,
  status: InstitutionSyncStatus,
): void {
  const labels = labelsOf(object);
  const { institutions, organizations, heldChanges, lastSuccessTime, conditions = [] } = status;
  if (object.spec !== undefined) {
    ofObjects.nap.set(labels, parseDuration(object.spec.nap) / 1000);
  }
  ofObjects.lastSuccess.set(
    labels,
    lastSuccessTime === undefined ? 0 : Date.parse(lastSuccessTime) / 1000,
  );
  if (institutions !== undefined) ofObjects.institutions.set(labels, institutions.total);
  if (organizations !== undefined) {
    const { managed, inSync, unmanaged, conflicts } = organizations;
    const states = { managed, in_sync: inSync, unmanaged, conflict: conflicts };
    for (const state of STATES) ofObjects.organizations.set({ ...labels, state }, states[state]);
  }
  ofObjects.held.set({ ...labels, operation: 'delete' }, heldChanges?.deletions ?? 0);
  ofObjects.held.set({ ...labels, operation: 'update' }, heldChanges?.updates ?? 0);
  for (const type of CONDITION_TYPES) {
    const found = conditions.find((each) => each.type === type);
    for (const each of CONDITION_STATUSES) {
      ofObjects.condition.set({ ...labels, type, status: each }, Number(found?.status === each));
    }
  }
  const ready = conditions.find(({ type }) => type === 'Ready');
  const fault = ready?.status === 'False' ? ready.reason : undefined;
  for (const reason of FAULT_REASONS) {
    ofObjects.fault.set({ ...labels, reason }, Number(fault === reason));
  }
}

function labelsOf({ metadata: { namespace, name } }: WatchedObject) {
  return { namespace, name };
}
