import type { Condition } from '../../../src/api/conditions.ts';
import type { InstitutionSyncStatus } from '../../../src/api/status.ts';
import { readWatchedObject, type WatchedObject } from '../../../src/controller/watched-object.ts';
import { nothingApplied, type SyncReport } from '../../../src/sync/report.ts';

/** An object as the API server stores it, read by the controller. */
export function watched(
  changes: {
    readonly metadata?: Readonly<Record<string, unknown>>;
    readonly spec?: Readonly<Record<string, unknown>>;
    readonly status?: InstitutionSyncStatus;
  } = {},
): WatchedObject {
  return readWatchedObject({
    metadata: {
      name: 'world',
      namespace: 'identity',
      uid: 'uid-1',
      generation: 2,
      resourceVersion: '7',
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...changes.metadata,
    },
    spec: {
      auth0: { domain: 'acme.eu.auth0.com', credentialsSecretRef: { name: 'auth0-credentials' } },
      ...changes.spec,
    },
    ...(changes.status === undefined ? {} : { status: changes.status }),
  });
}

export function condition(
  type: string,
  status: Condition['status'],
  reason: string,
  generation = 2,
): Condition {
  return {
    type,
    status,
    reason,
    observedGeneration: generation,
    lastTransitionTime: '2026-01-01T00:00:00Z',
    message: `before: ${reason}`,
  };
}

/** The report of a sync that found all equal. */
export function report(changes: Partial<SyncReport> = {}): SyncReport {
  return {
    id: 'sync-1',
    startedAt: Date.parse('2026-02-01T00:00:00Z'),
    durationMs: 12_340,
    outcome: 'done',
    fault: undefined,
    requests: 3,
    fullReading: true,
    institutions: { total: 5, skipped: 0, skippedSample: [], digest: 'sha256:1' },
    organizations: { total: 6, managed: 5, inSync: 5, unmanaged: 1, conflicts: 0 },
    conflicts: [],
    decision: {
      allowed: { renames: [], creations: [], updates: [], removals: [] },
      held: undefined,
      approved: undefined,
      planned: undefined,
    },
    applied: nothingApplied(),
    ...changes,
  };
}
