const TIME = '2026-01-02T03:04:05Z';

/** A status as the controller writes it. */
export const STATUS = {
  observedGeneration: 1,
  institutions: { total: 13_229, skipped: 2, digest: 'sha256:00' },
  organizations: { total: 40, managed: 31, inSync: 30, unmanaged: 9, conflicts: 0, held: 7 },
  lastSuccessTime: TIME,
  nextSyncTime: '2999-01-02T03:04:05Z',
  lastSync: {
    id: 'c0ffee',
    startTime: TIME,
    durationSeconds: 12.5,
    requests: 300,
    created: 11,
    updated: 12,
    deleted: 13,
    failed: 14,
    skipped: 2,
  },
  conditions: [
    {
      type: 'Ready',
      status: 'True',
      observedGeneration: 1,
      lastTransitionTime: TIME,
      reason: 'Synced',
      message: 'All is well',
    },
  ],
};
