import { expect } from 'chai';
import { objectDetails } from '../../../src/cli/cluster/object-details.ts';
import { objectTable } from '../../../src/cli/cluster/object-table.ts';
import { condition, watched } from '../controller/objects.ts';

const NOW = Date.parse('2026-02-01T01:00:00Z');
const plain = (_colour: string, text: string): string => text;

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
