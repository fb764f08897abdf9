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

  const refused = ['x5%', '5%x', ' 5%', '05%', '105%', '200%', '-1%', '5.5%', '5', '%', 0.5, -1];
  for (const value of [...refused, 2 ** 31, NaN, Infinity]) {
    it(`refuses ${JSON.stringify(value)} ${typeof value}, as the schema does`, () => {
      expect(() => parseLimit(value)).to.throw(RangeError, `"${value}" is not a limit`);
      const { error } = limitSchema().safeParse(value);
      expect(error?.issues[0]?.message).to.match(/whole number such as 500, or a percentage/);
    });
  }

  for (const value of [0, 2 ** 31 - 1, '0%', '9%', '10%', '99%', '100%']) {
    it(`reads ${value}, as the schema does`, () => {
      expect(limitSchema().safeParse(value).success).to.equal(true);
      expect(parseLimit(value).value).to.equal(Number.parseInt(String(value), 10));
    });
  }

  it('is a number or a text for Kubernetes, with the same rule', () => {
    const meta = limitSchema().meta();
    expect(meta).to.include({ 'x-kubernetes-int-or-string': true });
    expect(JSON.stringify(meta)).to.contain("matches(r'^(100|[1-9]?[0-9])%$')");
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
