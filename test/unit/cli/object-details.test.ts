import { expect } from 'chai';
import { objectDetails } from '../../../src/cli/cluster/object-details.ts';
import { objectTable } from '../../../src/cli/cluster/object-table.ts';
import { condition, watched } from '../controller/objects.ts';

const NOW = Date.parse('2026-02-01T01:00:00Z');
const plain = (_colour: string, text: string): string => text;

const LAST_SYNC = {
  id: 'a',
  startTime: '2026-02-01T00:30:00Z',
  durationSeconds: 12.3,
  requests: 62,
  created: 0,
  updated: 0,
  deleted: 0,
  skipped: 0,
};

describe('what is told of an object', () => {
  it('says once what several conditions say of the same cause', () => {
    const message = 'Auth0 gives no token.';
    const conditions = ['Ready', 'Stalled', 'TargetAvailable'].map((type) => ({
      ...condition(type, type === 'Stalled' ? 'True' : 'False', 'AuthenticationFailed'),
      message,
    }));
    const lines = [...objectDetails(watched({ status: { conditions } }), plain, NOW)];
    expect(lines.filter((line) => line.includes(message))).to.deep.equal([`      ${message}`]);
    expect(lines).to.include('  Stalled: True (AuthenticationFailed)');
  });

  it('tells what mode Plan would do, and where to look at it', () => {
    const plannedChanges = { creations: 1200, updates: 1, deletions: 0 };
    const lines = [...objectDetails(watched({ status: { plannedChanges } }), plain, NOW)];
    const at = lines.indexOf('Planned');
    expect(lines.slice(at, at + 3)).to.deep.equal([
      'Planned',
      '  1,200 creations, 1 update, 0 removals',
      '  To look at them: kubectl isync plan world -n identity',
    ]);
  });

  for (const [deletions, updates, text] of [
    [3, 0, '3 removals'],
    [0, 1, '1 update'],
    [1, 2000, '1 removal and 2,000 updates'],
  ] as const) {
    it(`tells of ${text} that are held`, () => {
      const heldChanges = { deletions, updates, planHash: 'sha256:1' };
      const lines = [...objectDetails(watched({ status: { heldChanges } }), plain, NOW)];
      expect(lines[lines.indexOf('Held') + 1]).to.equal(`  ${text}`);
    });
  }

  for (const [failed, title] of [
    [60, 'Failures: 2 of 60'],
    [2, 'Failures'],
  ] as const) {
    it(`shows some of ${failed} failures, with and without an answer`, () => {
      const failure = { institutionId: 'i-1', operation: 'create', message: 'No.' };
      const failures = [{ ...failure, statusCode: 400 }, failure];
      const lastSync = { ...LAST_SYNC, failed };
      const lines = [...objectDetails(watched({ status: { failures, lastSync } }), plain, NOW)];
      const at = lines.indexOf(title);
      expect(lines.slice(at, at + 3)).to.deep.equal([
        title,
        '  create i-1: 400 No.',
        '  create i-1: No.',
      ]);
    });
  }

  for (const [nextSyncTime, text] of [
    ['2026-02-01T01:05:00Z', 'in 5m'],
    // Asked for, but nothing of it is to be seen yet.
    ['2026-02-01T00:59:56Z', 'due 4s ago'],
    [undefined, '-'],
  ] as const) {
    it(`tells that the next sync is ${text}`, () => {
      const object = watched({ status: nextSyncTime === undefined ? {} : { nextSyncTime } });
      expect([...objectDetails(object, plain, NOW)].join('\n')).to.match(
        new RegExp(`^  Next sync +${text}$`, 'm'),
      );
      expect(objectTable([object], false, NOW)[1]).to.include(`${text} `);
    });
  }
});
