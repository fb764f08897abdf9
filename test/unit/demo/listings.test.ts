import { expect } from 'chai';
import { makeListings } from '../../../scripts/demo/listings.ts';

describe('what THE lists in the demo', () => {
  for (const count of [10, 300, 600]) {
    it(`changes little, then loses 40 %, from ${count} on`, () => {
      const { first, renamed, added, dropped, changed, cutShort } = makeListings(count);
      expect(first).to.have.length(count);
      expect(changed).to.have.length(count + added.length - 1);
      expect(new Set(changed.map(({ iid }) => iid)).size).to.equal(changed.length);
      expect(changed).to.include.members(added);
      expect(changed).to.include.members(renamed.map(({ after }) => after));
      expect(changed).not.to.include(dropped);
      const same = changed.filter((row) => first.includes(row));
      expect(same).to.have.length(count - renamed.length - 1);
      expect(cutShort.length / changed.length).to.be.closeTo(0.6, 0.05);
    });
  }
});
