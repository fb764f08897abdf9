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

  it('one whose next sync is as far away as its nap allows is not', () => {
    const object = watched({ spec: { nap: '10m' }, status: settled });
    const entry = newEntry(object);
    entry.nextAt = NOW + 11 * 60_000;
    expect(isDue(object, entry, NOW)).to.equal(false);
    expect(isDue(object, entry, NOW - 1)).to.equal(true);
  });

  it('one that cannot be read is not until its time has come, however far that is', () => {
    const unreadable = watched({ spec: { nap: 'a fortnight' }, status: settled });
    expect(isDue(unreadable, newEntry(unreadable), NOW - 1e12)).to.equal(false);
  });

  it('one that was changed, maybe while suspended, is', () => {
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
      const sameTime = { ...annotations, [FLUX_REQUESTED_AT]: '2026-01-01T01:00:00.00+01:00' };
      expect(requested(sameTime, '2026-01-01T00:00:00Z')).to.equal(undefined);
    });

    it('of any new value is not answered, also where it could be read as an older time', () => {
      const answered = '2026-02-01T00:00:00.000Z';
      const earlier = '2026-01-31T23:59:00.000Z';
      for (const value of ['request-2', '7', 'May 2001', earlier]) {
        expect(requested({ [REQUESTED_AT]: value }, answered)).to.equal(value);
      }
      for (const value of ['request-2', '7', 'May 2001', '+001999-01-01T00:00:00Z']) {
        const both = { [REQUESTED_AT]: value, [FLUX_REQUESTED_AT]: answered };
        expect(requested(both, answered)).to.equal(value);
      }
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

  describe('one whose nap is not over, by what this process has last said of it', () => {
    const synced = condition('Ready', 'True', 'Synced');
    for (const [what, conditions, expected] of [
      ['is not when its sync had a verdict', [synced], false],
      ['is not when its sync had failed', [condition('Ready', 'False', 'SourceInvalid')], false],
      ['is when nothing was said', undefined, true],
      ['is when nothing was said of a sync', [condition('Suspended', 'True', 'Suspended')], true],
      ['is when there was no verdict', [condition('Ready', 'Unknown', 'Progressing')], true],
      [
        'is when the verdict was of older settings',
        [condition('Ready', 'True', 'Synced', 1)],
        true,
      ],
      [
        'is not for what else was said before',
        [condition('SourceAvailable', 'Unknown', 'Progressing', 1), synced],
        false,
      ],
    ] as const) {
      it(what, () => {
        const object = watched({ status: settled });
        const entry = newEntry(object);
        entry.status = {
          observedGeneration: 2,
          ...(conditions === undefined ? {} : { conditions }),
        };
        expect(isDue(object, entry, NOW)).to.equal(expected);
      });
    }
  });

  it('what changed outside the object wakes it', () => {
    const object = watched({ status: settled });
    const entry = newEntry(object);
    entry.wake = true;
    expect(isDue(object, entry, NOW)).to.equal(true);
  });
});

describe('a new entry', () => {
  it('of an object that has never been worked on knows nothing', () => {
    expect(newEntry(watched())).to.deep.equal({
      uid: 'uid-1',
      status: {},
      nextAt: 0,
      answered: [],
      wake: false,
      syncedGeneration: undefined,
      failures: 0,
      session: undefined,
      unpublished: undefined,
      gone: false,
      run: undefined,
    });
  });

  it('of a settled object takes its nap up where it was', () => {
    const object = watched({ status: settled });
    expect(newEntry(object)).to.deep.include({
      status: settled,
      nextAt: NOW + 10 * 60_000,
      syncedGeneration: 2,
    });
  });

  it('of a settled object that names no next sync is due', () => {
    const { nextSyncTime: _, ...status } = settled;
    expect(newEntry(watched({ status })).nextAt).to.equal(0);
  });

  for (const [what, conditions] of [
    ['without any verdict', undefined],
    ['whose verdict is of older settings', [condition('Ready', 'True', 'Synced', 1)]],
    ['whose sync had failed', [condition('Ready', 'False', 'SourceInvalid')]],
    [
      'whose sync had failed, whatever else is true',
      [condition('SourceAvailable', 'True', 'ListingComplete'), condition('Ready', 'False', 'X')],
    ],
  ] as const) {
    it(`of an object ${what} is due`, () => {
      const { conditions: _, ...status } = settled;
      const object = watched({
        status: { ...status, ...(conditions === undefined ? {} : { conditions }) },
      });
      expect(newEntry(object)).to.include({ nextAt: 0, syncedGeneration: undefined });
    });
  }
});
