import type { InstitutionSyncHead } from '../api/institution-sync.ts';
import { MAX_HISTORY, type InstitutionSyncStatus, type LastSync } from '../api/status.ts';
import { countByKind } from '../sync/policy.ts';
import { outcomeOf, type SyncReport } from '../sync/report.ts';
import { conditionsOf } from './conditions.ts';
import type { Facts } from './facts.ts';

export interface StatusTimes {
  /** Epoch milliseconds. */
  readonly now: number;
  /** When the next sync is due, in epoch milliseconds; undefined: none is planned. */
  readonly next: number | undefined;
}

/**
 * The whole status that follows from the facts and the one before. What a sync could not find out
 * stays as the last one found it.
 */
export function statusOf(
  facts: Facts,
  object: InstitutionSyncHead,
  times: StatusTimes,
  handledRequest: string | undefined,
): InstitutionSyncStatus {
  const before = object.status ?? {};
  const { generation } = object.metadata;
  const report = 'report' in facts ? facts.report : undefined;
  return withoutUndefined({
    observedGeneration: generation,
    lastHandledReconcileAt: handledRequest ?? before.lastHandledReconcileAt,
    lastAttemptTime: report === undefined ? before.lastAttemptTime : rfc3339(report.startedAt),
    lastSuccessTime: isSuccess(report)
      ? rfc3339(report.startedAt + report.durationMs)
      : before.lastSuccessTime,
    nextSyncTime: times.next === undefined ? undefined : rfc3339(times.next),
    institutions: institutions(report) ?? before.institutions,
    organizations: organizations(report) ?? before.organizations,
    progress: facts.kind === 'running' ? facts.progress : undefined,
    lastSync: report === undefined ? before.lastSync : summary(report),
    plannedChanges: report?.decision === undefined ? before.plannedChanges : planned(report),
    heldChanges: report?.decision === undefined ? before.heldChanges : held(report),
    failures: report === undefined ? before.failures : failures(report),
    history: report === undefined ? before.history : history(report, before),
    conditions: conditionsOf(facts, before.conditions ?? [], generation, rfc3339(times.now)),
  });
}

/** Whether a sync made the tenant equal, but for what is held. */
export function isSuccess(report: SyncReport | undefined): report is SyncReport {
  return report !== undefined && outcomeOf(report) === 'Succeeded';
}

/** Seconds are precise enough for people, and what Kubernetes itself writes. */
export function rfc3339(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+Z$/, 'Z');
}

function institutions(report: SyncReport | undefined): InstitutionSyncStatus['institutions'] {
  if (report?.institutions === undefined) return undefined;
  const { total, skipped, digest } = report.institutions;
  return { total, skipped, digest };
}

function organizations(report: SyncReport | undefined): InstitutionSyncStatus['organizations'] {
  if (report?.organizations === undefined) return undefined;
  const heldNow = held(report);
  const waiting = heldNow === undefined ? 0 : heldNow.deletions + heldNow.updates;
  return { ...report.organizations, held: waiting };
}

function summary(report: SyncReport): LastSync {
  const { created, updated, deleted, failed } = report.applied;
  return {
    id: report.id,
    startTime: rfc3339(report.startedAt),
    durationSeconds: Math.round(report.durationMs / 100) / 10,
    requests: report.requests,
    created,
    updated,
    deleted,
    failed,
    skipped: report.institutions?.skipped ?? 0,
  };
}

function planned(report: SyncReport): InstitutionSyncStatus['plannedChanges'] {
  const { decision } = report;
  if (decision?.planned === undefined) return undefined;
  const { creations, updates, deletions } = countByKind(decision.planned);
  const planHash = decision.held?.planHash;
  return {
    creations,
    updates: updates + (decision.held?.updates ?? 0),
    deletions: deletions + (decision.held?.deletions ?? 0),
    ...(planHash === undefined ? {} : { planHash }),
  };
}

function held({ decision }: SyncReport): InstitutionSyncStatus['heldChanges'] {
  if (decision?.held === undefined || decision.planned !== undefined) return undefined;
  const { deletions, updates, planHash } = decision.held;
  return { deletions, updates, planHash };
}

function failures(report: SyncReport): InstitutionSyncStatus['failures'] {
  return report.applied.failures.length === 0 ? undefined : report.applied.failures;
}

function history(
  report: SyncReport,
  before: InstitutionSyncStatus,
): InstitutionSyncStatus['history'] {
  const entry = { ...summary(report), outcome: outcomeOf(report) };
  return [entry, ...(before.history ?? [])].slice(0, MAX_HISTORY);
}

/** The API server's answer has no undefined fields, so neither must what it is compared with. */
function withoutUndefined(status: InstitutionSyncStatus): InstitutionSyncStatus {
  return Object.fromEntries(Object.entries(status).filter(([, value]) => value !== undefined));
}
