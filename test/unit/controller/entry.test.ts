import { expect } from 'chai';
import {
  fittingApproval,
  isDue,
  newEntry,
  unhandledRequest,
} from '../../../src/controller/entry.ts';
import { condition, watched } from './objects.ts';

const NOW = Date.parse('2026-02-01T00:00:00Z');
const settled = {
  observedGeneration: 2,
  nextSyncTime: '2026-02-01T00:10:00Z',
  conditions: [condition('Ready', 'True', 'Synced')],
};

function due(changes: Parameters<typeof watched>[0], now = NOW): boolean {
  const object = watched(changes);
  return isDue(object, newEntry(object), now);
}

describe('isDue', () => {
  it('a new object is', () => expect(due({})).to.equal(true));

  it('a settled one is not until its nap is over, also after a restart', () => {
    expect(due({ status: settled })).to.equal(false);
    expect(due({ status: settled }, NOW + 10 * 60_000)).to.equal(true);
  });

  it('a changed spec is', () => {
    expect(due({ status: { ...settled, observedGeneration: 1 } })).to.equal(true);
  });

  it('one that was changed while suspended is', () => {
    const conditions = [condition('Ready', 'True', 'Synced', 1)];
    expect(due({ status: { ...settled, conditions } })).to.equal(true);
  });

  it('one whose sync was cut off by a crash is', () => {
    const progress = { phase: 'Applying', done: 3, total: 9 };
    expect(due({ status: { ...settled, progress } })).to.equal(true);
  });

  it('one that had failed is, after a restart', () => {
    const conditions = [condition('Ready', 'False', 'SourceInvalid')];
    expect(due({ status: { ...settled, conditions } })).to.equal(true);
  });

  it('a new value of either annotation is a request', () => {
    const annotations = { 'sync.timeshighereducation.com/requestedAt': 'a' };
    expect(due({ metadata: { annotations }, status: settled })).to.equal(true);
    const handled = { ...settled, lastHandledReconcileAt: 'a' };
    expect(due({ metadata: { annotations }, status: handled })).to.equal(false);
    const both = { ...annotations, 'reconcile.fluxcd.io/requestedAt': 'b' };
    expect(due({ metadata: { annotations: both }, status: handled })).to.equal(true);
    const object = watched({ metadata: { annotations: both } });
    expect(unhandledRequest(object, newEntry(object))).to.equal('a,b');
  });

  it('an approval counts only when it fits the held changes', () => {
    const status = { ...settled, heldChanges: { deletions: 1, updates: 0, planHash: 'sha256:1' } };
    const approved = (hash: string) => ({
      metadata: { annotations: { 'sync.timeshighereducation.com/approve': hash } },
      status,
    });
    expect(due(approved('sha256:1'))).to.equal(true);
    expect(due(approved('sha256:2'))).to.equal(false);
    const object = watched(approved('sha256:1'));
    expect(fittingApproval(object, newEntry(object))).to.equal('sha256:1');
  });

  it('what changed outside the object wakes it', () => {
    const object = watched({ status: settled });
    const entry = newEntry(object);
    entry.wake = true;
    expect(isDue(object, entry, NOW)).to.equal(true);
  });
});
