import { isDeepStrictEqual } from 'node:util';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Clock } from '../time/clock.ts';
import type { Entry } from './entry.ts';
import { eventsOf } from './event-transitions.ts';
import { faultOf, type Facts } from './facts.ts';
import type { ObjectApi } from './object-api.ts';
import { statusOf } from './status.ts';
import { recordFacts } from './sync-metrics.ts';
import type { WatchedObject } from './watched-object.ts';

export interface Publication {
  readonly facts: Facts;
  readonly object: WatchedObject;
  readonly entry: Entry;
  /** The request for a sync now that these facts answer. */
  readonly request?: string | undefined;
  /** The log has the line already: the facts are published again after a failure. */
  readonly isTold?: boolean;
}

/**
 * The one place where facts become known: status (written only when it differs), events (only on a
 * transition), metrics, and a log line for the end of each sync.
 */
export async function publish(
  { facts, object, entry, request, isTold = false }: Publication,
  context: {
    readonly api: ObjectApi;
    readonly metrics: Metrics;
    readonly clock: Clock;
    readonly log: Log;
  },
  signal: AbortSignal,
): Promise<void> {
  const { api, clock, log, metrics } = context;
  const before = entry.status;
  const next = facts.kind === 'suspended' ? undefined : entry.nextAt || undefined;
  const status = statusOf(
    facts,
    { ...object, status: before },
    { now: clock.now(), next },
    request,
  );
  if (!isTold) tell(facts, log);
  if (!isDeepStrictEqual(status, before)) {
    await api.writeStatus(object, status, signal);
    entry.status = status;
  }
  if (!entry.gone) recordFacts(metrics, object, facts, status);
  for (const event of eventsOf(facts, before, status, object.metadata)) {
    await api.recordEvent(object, event, signal);
  }
}

function tell(facts: Facts, log: Log): void {
  const fault = faultOf(facts);
  if (fault !== undefined) {
    const sync = facts.kind === 'synced' ? { sync: facts.report.id } : {};
    log.warn('sync failed', { ...sync, reason: fault.reason, detail: fault.message });
    return;
  }
  if (facts.kind !== 'synced' && facts.kind !== 'interrupted') return;
  if (facts.report === undefined) return;
  const { id, durationMs, requests, fullReading, institutions, organizations, applied } =
    facts.report;
  const { created, updated, deleted, spared, failed, left } = applied;
  log.info(facts.kind === 'synced' ? 'sync finished' : 'sync interrupted', {
    sync: id,
    durationSeconds: durationMs / 1000,
    requests,
    fullReading,
    institutions: institutions?.total,
    skipped: institutions?.skipped,
    skippedSample: institutions?.skippedSample,
    organizations: organizations?.managed,
    created,
    updated,
    deleted,
    spared,
    failed,
    left,
  });
}
