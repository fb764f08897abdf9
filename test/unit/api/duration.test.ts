import { expect } from 'chai';
import * as fc from 'fast-check';
import { durationSchema, formatDuration, parseDuration } from '../../../src/api/duration.ts';

/** The same examples in every run. */
const SEEDED = { seed: 20260102, numRuns: 500 };

describe('parseDuration', () => {
  for (const [text, ms] of [
    ['30m', 1_800_000],
    ['1h30m', 5_400_000],
    ['90s', 90_000],
    ['500ms', 500],
    ['1.5h', 5_400_000],
    ['0.001s', 1],
    ['0.001ms', 0.001],
    ['1s1m1s', 62_000],
    ['0s', 0],
    ['0.1s0.2s0.7s', 1000],
    ['999.7ms0.1ms0.2ms', 1000],
  ] as const) {
    it(`reads ${text} as ${ms} ms`, () => {
      expect(parseDuration(text)).to.equal(ms);
    });
  }

  for (const text of [
    '',
    '30',
    'm',
    '1d',
    '-1s',
    '1s ',
    '1,5h',
    '1.h',
    '0.0001s',
    '1S',
    'Infinity',
  ]) {
    it(`refuses "${text}" and says so`, () => {
      expect(() => parseDuration(text)).to.throw(RangeError, `"${text}" is not a duration`);
    });
  }
});

describe('formatDuration', () => {
  for (const [ms, text] of [
    [0, '0s'],
    [0.4, '0s'],
    [500, '500ms'],
    [999.4, '999ms'],
    [999.6, '1s'],
    [1000, '1s'],
    [59_999, '1m'],
    [90_000, '1m30s'],
    [3_600_000, '1h'],
    [5_400_000, '1h30m'],
    [93_784_000, '26h3m4s'],
  ] as const) {
    it(`writes ${ms} ms as ${text}`, () => {
      expect(formatDuration(ms)).to.equal(text);
    });
  }

  it('is undone by parseDuration, to half a second', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 3.2e10, noNaN: true }), (ms) => {
        const again = parseDuration(formatDuration(ms));
        expect(Math.abs(again - ms)).to.be.at.most(ms < 999.5 ? 0.5 : 500);
      }),
      SEEDED,
    );
  });
});

describe('durationSchema', () => {
  it('accepts exactly one second to one year', () => {
    const schema = durationSchema();
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000 }),
        fc.constantFrom('h', 'm', 's', 'ms'),
        (n, unit) => {
          const ms = parseDuration(`${n}${unit}`);
          expect(schema.safeParse(`${n}${unit}`).success).to.equal(
            ms >= 1000 && ms <= 8760 * 3_600_000,
          );
        },
      ),
      SEEDED,
    );
  });
});
