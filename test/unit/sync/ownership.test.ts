import { expect } from 'chai';
import * as fc from 'fast-check';
import { countManaged, ownership } from '../../../src/sync/ownership.ts';
import { atOnce } from '../../../src/time/slices.ts';
import { runs, scenarios } from './arbitraries.ts';
import { byId } from './rows.ts';

describe('ownership', () => {
  it('finds every organization by its name, whatever its mark', () => {
    fc.assert(
      fc.property(scenarios, ({ seed }) => {
        const { byName } = ownership(seed);
        for (const each of seed) expect(byName.get(each.name)).to.equal(each);
        expect(byName.get('nobody')).to.equal(undefined);
      }),
      runs(1_000),
    );
  });

  it('counts as many managed ones as it names', () => {
    fc.assert(
      fc.property(scenarios, ({ seed }) => {
        const counted = atOnce(countManaged(byId(seed)));
        expect(counted).to.equal(ownership(seed).managed.size);
      }),
      runs(1_000),
    );
  });
});
