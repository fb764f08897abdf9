import { expect } from 'chai';
import {
  fittingApproval,
  isDue,
  newEntry,
  unansweredRequest,
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

  it('one whose next sync is further away than its nap is: a clock was wrong', () => {
    const wrong = { ...settled, nextSyncTime: '2999-01-01T00:00:00Z' };
    expect(due({ status: wrong })).to.equal(true);
    expect(due({ spec: { nap: '8760h' }, status: settled })).to.equal(false);
    expect(due({ spec: { nap: '9m' }, status: settled })).to.equal(true);
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

  describe('a request', () => {
    const REQUESTED_AT = 'sync.timeshighereducation.com/requestedAt';
    const FLUX_REQUESTED_AT = 'reconcile.fluxcd.io/requestedAt';

    function requested(annotations: Readonly<Record<string, string>>, answered?: string) {
      const handled = answered === undefined ? {} : { lastHandledReconcileAt: answered };
      const object = watched({ metadata: { annotations }, status: { ...settled, ...handled } });
      return unansweredRequest(object, newEntry(object));
    }

    it('is a value of either annotation that has not been answered', () => {
      expect(requested({})).to.equal(undefined);
      expect(requested({ [REQUESTED_AT]: 'a' })).to.equal('a');
      expect(requested({ [FLUX_REQUESTED_AT]: 'b' })).to.equal('b');
      expect(requested({ [REQUESTED_AT]: 'a' }, 'a')).to.equal(undefined);
      expect(requested({ [REQUESTED_AT]: 'a', [FLUX_REQUESTED_AT]: 'b' }, 'a')).to.equal('b');
      expect(requested({ [REQUESTED_AT]: 'a', [FLUX_REQUESTED_AT]: 'b' }, 'b')).to.equal('a');
      expect(due({ metadata: { annotations: { [REQUESTED_AT]: 'a' } }, status: settled })).to.equal(
        true,
      );
    });

    it('that is older than the one answered last has been answered before it', () => {
      const annotations = {
        [REQUESTED_AT]: '2026-01-01T00:00:00Z',
        [FLUX_REQUESTED_AT]: '2026-01-02T00:00:00.5+01:00',
      };
      expect(requested(annotations, '2026-01-02T00:00:00.5+01:00')).to.equal(undefined);
      expect(requested(annotations, '2026-01-01T00:00:00Z')).to.equal(
        '2026-01-02T00:00:00.5+01:00',
      );
    });

    it('of any new value is not answered, also where it could be read as an older time', () => {
      const answered = '2026-02-01T00:00:00.000Z';
      const earlier = '2026-01-31T23:59:00.000Z';
      for (const value of ['request-2', '7', 'May 2001', earlier]) {
        expect(requested({ [REQUESTED_AT]: value }, answered)).to.equal(value);
      }
      const both = { [REQUESTED_AT]: 'request-2', [FLUX_REQUESTED_AT]: answered };
      expect(requested(both, answered)).to.equal('request-2');
    });

    it('is answered for this process once its entry says so', () => {
      const annotations = { [REQUESTED_AT]: 'a', [FLUX_REQUESTED_AT]: 'b' };
      const object = watched({ metadata: { annotations }, status: settled });
      const entry = newEntry(object);
      entry.answered = ['a'];
      expect(unansweredRequest(object, entry)).to.equal('b');
      entry.answered = ['a', 'b'];
      expect(unansweredRequest(object, entry)).to.equal(undefined);
    });
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
