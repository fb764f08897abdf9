import type { Fault } from '../api/fault.ts';
import { inSpan, markFailed, type Attributes, type Span } from '../telemetry/tracing.ts';
import { outcomeOf, type SyncReport } from './report.ts';
import { sync, type SyncInput } from './sync.ts';

/** Which sync it is, for whom. */
export interface TracedSync {
  readonly id: string;
  /** The InstitutionSync in a cluster; without one, a command runs it. */
  readonly object?: { readonly namespace: string; readonly name: string };
}

/** How it ended: with a report, or with a fault before it could begin. */
export type SyncEnd = { readonly report: SyncReport } | { readonly fault: Fault };

/**
 * Runs a sync in a span of its own, the root of a trace; its requests become children. `tell` is to
 * be called with what became of it.
 */
export function inSyncSpan<T>(
  name: 'sync' | 'removal',
  { id, object }: TracedSync,
  work: (tell: (end: SyncEnd) => void) => Promise<T>,
): Promise<T> {
  const attributes: Attributes = {
    'institution_sync.sync.id': id,
    ...(object && {
      'institution_sync.object.namespace': object.namespace,
      'institution_sync.object.name': object.name,
    }),
  };
  return inSpan(name, { attributes }, (span) => work((end) => describe(span, end)));
}

/** `sync` in a span, for whoever has no object and nothing else to do for it. */
export function tracedSync(input: SyncInput, signal: AbortSignal): Promise<SyncReport> {
  return inSyncSpan('sync', { id: input.id }, async (tell) => {
    const report = await sync(input, signal);
    tell({ report });
    return report;
  });
}

function describe(span: Span, end: SyncEnd): void {
  const report = 'report' in end ? end.report : undefined;
  const fault = 'fault' in end ? end.fault : report?.fault;
  if (report !== undefined) span.setAttributes(reportAttributes(report));
  else span.setAttribute('institution_sync.outcome', 'Failed');
  if (fault !== undefined) markFailed(span, fault.reason, fault.message);
  else if (report !== undefined && report.applied.failed > 0) {
    markFailed(span, 'PartialFailure', report.applied.failures[0]?.message);
  }
}

function reportAttributes(report: SyncReport): Attributes {
  const { applied, institutions, organizations, decision } = report;
  const held = decision?.held;
  return {
    'institution_sync.outcome': outcomeOf(report),
    'institution_sync.requests': report.requests,
    'institution_sync.full_reading': report.fullReading,
    'institution_sync.created': applied.created,
    'institution_sync.updated': applied.updated,
    'institution_sync.removed': applied.deleted,
    'institution_sync.failed': applied.failed,
    'institution_sync.held': held === undefined ? 0 : held.deletions + held.updates,
    ...(institutions && { 'institution_sync.institutions': institutions.total }),
    ...(organizations && { 'institution_sync.organizations': organizations.managed }),
  };
}
