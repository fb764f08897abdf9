import { expect } from 'chai';
import { APPROVE_ANNOTATION, REQUESTED_AT_ANNOTATION } from '../../../src/api/names.ts';
import type { InstitutionSyncStatus } from '../../../src/api/status.ts';
import { createPacer } from '../../../src/auth0/pacing/pacer.ts';
import { allowList } from '../../../src/controller/allow-list.ts';
import { isDue, newEntry, type Entry } from '../../../src/controller/entry.ts';
import { reconcile } from '../../../src/controller/reconcile.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { createManualClock } from '../kubernetes/manual-clock.ts';
import { createRecordedLog } from '../kubernetes/recorded-log.ts';
import { condition, watched } from './objects.ts';

const NOW = Date.parse('2026-02-01T00:00:00Z');
const HASH = 'sha256:1';
const settled: InstitutionSyncStatus = {
  observedGeneration: 2,
  nextSyncTime: '2026-02-01T00:10:00Z',
  heldChanges: { deletions: 3, updates: 0, planHash: HASH },
  conditions: [condition('Ready', 'True', 'Synced')],
};

/** Reconciles until the first status is written, where the process is killed; gives that status. */
async function killedAtFirstStatus(
  object: ReturnType<typeof watched>,
  entry: Entry,
): Promise<InstitutionSyncStatus> {
  const clock = createManualClock(NOW);
  const log = createRecordedLog();
  const everything = allowList(['*']);
  const killed = new Error('killed');
  const unused = () => Promise.reject(new Error('not reached'));
  let written: InstitutionSyncStatus | undefined;
  const common = { clock, log, instance: 'pod-1', random: () => 0.5 };
  const reconciled = reconcile(
    object,
    entry,
    {
      ...common,
      api: {
        writeStatus(_object, status) {
          written = status;
          return Promise.reject(killed);
        },
        readSecret: () => Promise.resolve({ AUTH0_ACCESS_TOKEN: 'token' }),
        setFinalizer: unused,
        removeApproval: unused,
        recordEvent: unused,
      },
      claims: () => [],
      allowLists: { auth0Domains: everything, institutionHosts: everything },
      session: {
        pacerOf: () => createPacer({ clock }),
        onRemaining: () => {},
        tenant: common,
        source: common,
      },
      metrics: createMetrics(),
      newId: () => 'sync-1',
    },
    new AbortController().signal,
  );
  const error = await reconciled.catch((caught: unknown) => caught);
  expect(error).to.equal(killed);
  return written ?? expect.fail('no status was written');
}

describe('reconcile, killed in a sync that was not due by time', () => {
  for (const [title, annotations] of [
    ['that releases approved changes', { [APPROVE_ANNOTATION]: HASH }],
    ['that was asked for', { [REQUESTED_AT_ANNOTATION]: 'now' }],
  ] as const) {
    it(`${title}: the next process finds it due`, async () => {
      const object = watched({ metadata: { annotations }, status: settled });
      const status = await killedAtFirstStatus(object, newEntry(object));
      // The approval is taken off before the first change.
      const left = watched({ status });
      expect(isDue(left, newEntry(left), NOW)).to.equal(true);
    });
  }

  it('that a Secret called for: the next process finds it due', async () => {
    const object = watched({ status: settled });
    const entry = newEntry(object);
    entry.wake = true;
    const status = await killedAtFirstStatus(object, entry);
    const left = watched({ status });
    expect(isDue(left, newEntry(left), NOW)).to.equal(true);
  });
});
