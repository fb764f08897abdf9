import { expect } from 'chai';
import { waitAskedFor } from '../../../src/auth0/throttle.ts';

const NOW = Date.UTC(2026, 5, 1, 12);
const SECONDS = NOW / 1000;

const CASES: readonly (readonly [Readonly<Record<string, string>>, number])[] = [
  [{}, 1_000],
  [{ 'retry-after': '7' }, 7_000],
  [{ 'retry-after': new Date(NOW + 30_000).toUTCString() }, 30_000],
  [{ 'retry-after': '0' }, 1_000],
  [{ 'retry-after': '-5' }, 1_000],
  [{ 'retry-after': 'soon' }, 1_000],
  [{ 'retry-after': '' }, 1_000],
  [{ 'retry-after': '86400' }, 600_000],
  [reset(SECONDS + 12), 12_000],
  [reset(SECONDS), 1_000],
  [reset(SECONDS - 500), 1_000],
  [reset('never'), 1_000],
  [reset(SECONDS + 1e9), 600_000],
  [{ ...reset(SECONDS + 12), 'retry-after': '3' }, 3_000],
  [{ ...reset(SECONDS + 12), 'retry-after': 'soon' }, 12_000],
  // Clocks that differ by an hour.
  [{ ...reset(SECONDS + 3_612), date: new Date(NOW + 3_600_000).toUTCString() }, 12_000],
];

function reset(at: number | string): Record<string, string> {
  return {
    'x-ratelimit-limit': '10',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(at),
  };
}

describe('auth0: the wait that a 429 of the token endpoint asks for', () => {
  for (const [headers, ms] of CASES) {
    it(`${JSON.stringify(headers)} is ${ms} ms`, () => {
      expect(waitAskedFor(new Headers(headers), NOW)).to.equal(ms);
    });
  }
});
