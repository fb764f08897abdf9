import { expect } from 'chai';
import * as fc from 'fast-check';
import { InstitutionSyncStatus } from '../../../src/api/status.ts';

const TIME = '2026-01-02T03:04:05Z';

const SYNC = {
  id: 'c0ffee',
  startTime: TIME,
  durationSeconds: 12.5,
  requests: 300,
  created: 1,
  updated: 2,
  deleted: 3,
  failed: 4,
  skipped: 5,
};

const READY = {
  type: 'Ready',
  status: 'True',
  observedGeneration: 3,
  lastTransitionTime: TIME,
  reason: 'Synced',
  message: 'In sync.',
};

/** Every field, as this version writes it. */
const FULL = {
  observedGeneration: 3,
  lastHandledReconcileAt: 'now',
  lastAttemptTime: TIME,
  lastSuccessTime: TIME,
  nextSyncTime: TIME,
  institutions: { total: 13_229, skipped: 2, digest: 'sha256:00' },
  organizations: { total: 6, managed: 5, inSync: 4, unmanaged: 3, conflicts: 2, held: 1 },
  progress: { phase: 'Applying', done: 1, total: 2 },
  lastSync: SYNC,
  plannedChanges: { creations: 1, updates: 2, deletions: 3, planHash: 'sha256:00' },
  heldChanges: { deletions: 120, updates: 0, planHash: 'sha256:00' },
  failures: [{ institutionId: 'i-1', operation: 'Create', statusCode: 400, message: 'No.' }],
  history: [{ ...SYNC, outcome: 'Succeeded' }],
  conditions: [READY],
} as const;

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** The same examples in every run. */
const SEEDED = { seed: 20260102, numRuns: 500 };

describe('InstitutionSyncStatus', () => {
  it('reads every field', () => {
    expect(plain(InstitutionSyncStatus.parse(FULL))).to.deep.equal(FULL);
  });

  for (const [field, value] of Object.entries(FULL)) {
    it(`leaves out ${field}, and nothing else, when it cannot be read`, () => {
      const others = Object.fromEntries(Object.entries(FULL).filter(([name]) => name !== field));
      const unreadable = Array.isArray(value) ? 'none' : ['?'];
      const parsed = InstitutionSyncStatus.parse({ ...FULL, [field]: unreadable });
      expect(plain(parsed)).to.deep.equal(others);
    });
  }

  it('leaves out the items of a list that cannot be read', () => {
    const parsed = InstitutionSyncStatus.parse({
      conditions: [{ type: 'Ready' }, READY, null, { ...READY, status: 'Perhaps' }],
      failures: [{ institutionId: 'i-1' }, ...FULL.failures],
    });
    expect(plain(parsed)).to.deep.equal({ conditions: [READY], failures: FULL.failures });
  });

  it('ignores what a newer version may add', () => {
    const organizations = { ...FULL.organizations, archived: 7 };
    const conditions = [{ ...READY, severity: 'Info' }];
    const parsed = InstitutionSyncStatus.parse({ ...FULL, organizations, conditions, shards: 3 });
    expect(plain(parsed)).to.deep.equal(FULL);
  });

  it('never fails, whatever is stored', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(InstitutionSyncStatus.parse(value)).to.be.an('object');
      }),
      SEEDED,
    );
    const field = fc.constantFrom(...Object.keys(FULL));
    fc.assert(
      fc.property(fc.dictionary(field, fc.anything()), (value) => {
        const parsed = InstitutionSyncStatus.parse(value);
        expect(InstitutionSyncStatus.parse(parsed)).to.deep.equal(parsed);
      }),
      SEEDED,
    );
  });
});
