import { expect } from 'chai';
import * as fc from 'fast-check';
import { limitSchema, parseLimit } from '../../../src/api/limit.ts';

/** The same examples in every run. */
const SEEDED = { seed: 20260102, numRuns: 500 };

describe('parseLimit', () => {
  it('reads numbers and percentages', () => {
    expect(parseLimit(0)).to.deep.equal({ kind: 'count', value: 0 });
    expect(parseLimit(500)).to.deep.equal({ kind: 'count', value: 500 });
    expect(parseLimit('0%')).to.deep.equal({ kind: 'percent', value: 0 });
    expect(parseLimit('5%')).to.deep.equal({ kind: 'percent', value: 5 });
    expect(parseLimit('100%')).to.deep.equal({ kind: 'percent', value: 100 });
  });

  it('reads all that the schema accepts and throws for the rest', () => {
    const limit = fc.oneof(
      fc.integer(),
      fc.double(),
      fc.string(),
      fc.integer({ min: -5, max: 200 }).map((percent) => `${percent}%`),
    );
    fc.assert(
      fc.property(limit, (value) => {
        if (limitSchema().safeParse(value).success) {
          expect(parseLimit(value).value).to.equal(Number.parseInt(String(value), 10));
        } else {
          expect(() => parseLimit(value)).to.throw(RangeError, `"${value}"`);
        }
      }),
      SEEDED,
    );
  });
});
