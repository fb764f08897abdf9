import type { Fault } from '../api/fault.ts';
import type { SyncOutcome } from '../api/status.ts';
import type { Conflict } from './changes.ts';
import type { Decision } from './policy.ts';

/** One change that Auth0 refused. */
export interface Failure {
  readonly institutionId: string;
  readonly operation: 'create' | 'update' | 'delete' | 'connect';
  readonly statusCode: number;
  readonly message: string;
}

/** What the apply step did. */
export interface Applied {
  created: number;
  updated: number;
  deleted: number;
  /** Removals that were not made because the organization has lost its mark meanwhile. */
  spared: number;
  /** Changes that were refused. */
  failed: number;
  /** The first ten of them. */
  readonly failures: Failure[];
  /** Changes that were allowed but not tried, because the sync ended early. */
  left: number;
}

/** The facts of one sync; the one who asked for it makes a status, an exit code, a summary of it. */
export interface SyncReport {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** `interrupted`: the signal aborted; `failed`: see `fault`. */
  readonly outcome: 'done' | 'interrupted' | 'failed';
  readonly fault: Fault | undefined;
  /** Requests to Auth0, repeated ones and those for tokens included. */
  readonly requests: number;
  /** Whether all organizations were to be read, rather than taken from memory. */
  readonly fullReading: boolean;
  /** Absent when the sync ended before THE was read. */
  readonly institutions:
    | {
        readonly total: number;
        readonly skipped: number;
        readonly skippedSample: readonly string[];
        readonly digest: string;
      }
    | undefined;
  /** The tenant after the changes; absent when the sync ended before the plan. */
  readonly organizations:
    | {
        readonly total: number;
        readonly managed: number;
        readonly inSync: number;
        readonly unmanaged: number;
        readonly conflicts: number;
      }
    | undefined;
  readonly conflicts: readonly Conflict[];
  readonly decision: Decision | undefined;
  readonly applied: Applied;
}

/** How a sync ended, in one word of the API. */
export function outcomeOf(report: SyncReport): SyncOutcome {
  if (report.outcome === 'failed') return 'Failed';
  if (report.outcome === 'interrupted') return 'Interrupted';
  return report.applied.failed > 0 ? 'PartiallyFailed' : 'Succeeded';
}

/** Failures that a report keeps; the rest is only counted (a status has room for ten). */
export const FAILURES_KEPT = 10;

export function nothingApplied(): Applied {
  return { created: 0, updated: 0, deleted: 0, spared: 0, failed: 0, failures: [], left: 0 };
}

/** Counts a refused change and keeps it, if there is room. */
export function addFailure(applied: Applied, failure: Failure): void {
  applied.failed += 1;
  if (applied.failures.length < FAILURES_KEPT) applied.failures.push(failure);
}
