import { expect } from 'chai';
import { objectDetails } from '../../../src/cli/cluster/object-details.ts';
import { objectTable } from '../../../src/cli/cluster/object-table.ts';
import { watched } from '../controller/objects.ts';

const NOW = Date.parse('2026-02-01T01:00:00Z');
const plain = (_colour: string, text: string): string => text;

describe('what is told of an object', () => {
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
