import { expect } from 'chai';
import * as fc from 'fast-check';
import { backoffDelay, jittered } from '../../../src/time/backoff.ts';

const BACKOFF = { firstMs: 1_000, capMs: 30_000 };

describe('backoffDelay', () => {
  const table: [attempt: number, random: number, expected: number][] = [
    [0, 0, 500],
    [0, 0.5, 750],
    [1, 0, 1_000],
    [1, 0.5, 1_500],
    [2, 0, 2_000],
    [4, 0, 8_000],
    [5, 0, 15_000],
    [5, 0.5, 22_500],
    [1_000_000, 0, 15_000],
  ];
  for (const [attempt, random, expected] of table) {
    it(`attempt ${attempt} with ${random} waits ${expected} ms`, () => {
      expect(backoffDelay(BACKOFF, attempt, () => random)).to.equal(expected);
    });
  }

  it('stays below the cap and in the upper half of a ceiling that never falls', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.nat({ max: 2_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (firstMs, capMs, attempt, random) => {
          const backoff = { firstMs, capMs };
          const delay = backoffDelay(backoff, attempt, () => random);
          const shortest = backoffDelay(backoff, attempt, () => 0);
          expect(delay).to.be.within(shortest, shortest * 2);
          expect(delay).to.be.at.most(capMs);
          expect(backoffDelay(backoff, attempt + 1, () => 0)).to.be.at.least(shortest);
        },
      ),
      { seed: 1 },
    );
  });
});

describe('jittered', () => {
  it('makes an interval longer by up to a tenth, never shorter', () => {
    expect(jittered(1_000, () => 0)).to.equal(1_000);
    expect(jittered(1_000, () => 0.5)).to.equal(1_050);
    expect(jittered(1_000, () => 0.999)).to.be.closeTo(1_099.9, 0.001);
  });
});
