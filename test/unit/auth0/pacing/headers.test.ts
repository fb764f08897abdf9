import { expect } from 'chai';
import { readRateHeaders, readRetryAfter } from '../../../../src/auth0/pacing/headers.ts';

const NOW = Date.UTC(2026, 5, 1, 12, 0, 0);

function headers(entries: Readonly<Record<string, string>>): Headers {
  return new Headers(entries);
}

describe('rate limit headers', () => {
  it('gives limit, remaining and the reset in milliseconds', () => {
    const read = readRateHeaders(
      headers({
        'x-ratelimit-limit': '10',
        'x-ratelimit-remaining': '7',
        'x-ratelimit-reset': String(NOW / 1000 + 3),
      }),
      NOW,
    );

    expect(read).to.deep.equal({ limit: 10, remaining: 7, resetAt: NOW + 3000 });
  });

  it('takes a reset with decimals', () => {
    const read = readRateHeaders(
      headers({
        'x-ratelimit-limit': '10',
        'x-ratelimit-remaining': '7',
        'x-ratelimit-reset': `${NOW / 1000}.250`,
      }),
      NOW,
    );

    expect(read?.resetAt).to.equal(NOW + 250);
  });

  it('corrects the reset of a server whose clock is wrong', () => {
    const ahead = NOW + 3_600_000;
    const read = readRateHeaders(
      headers({
        date: new Date(ahead).toUTCString(),
        'x-ratelimit-limit': '10',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(ahead / 1000 + 2),
      }),
      NOW,
    );

    expect(read?.resetAt).to.equal(NOW + 2000);
  });

  it('never believes in more tokens than the limit', () => {
    const read = readRateHeaders(
      headers({ 'x-ratelimit-limit': '5', 'x-ratelimit-remaining': '9000' }),
      NOW,
    );

    expect(read).to.deep.equal({ limit: 5, remaining: 5, resetAt: undefined });
  });

  for (const [name, entries] of [
    ['nothing', {}],
    ['no remaining', { 'x-ratelimit-limit': '5' }],
    ['words', { 'x-ratelimit-limit': 'many', 'x-ratelimit-remaining': 'few' }],
    ['a limit of zero', { 'x-ratelimit-limit': '0', 'x-ratelimit-remaining': '0' }],
    ['a negative number', { 'x-ratelimit-limit': '5', 'x-ratelimit-remaining': '-1' }],
  ] as const) {
    it(`makes nothing of ${name}`, () => {
      expect(readRateHeaders(headers(entries), NOW)).to.equal(undefined);
    });
  }
});

describe('Retry-After', () => {
  it('may be seconds', () => {
    expect(readRetryAfter(headers({ 'retry-after': '7' }), NOW)).to.equal(7000);
  });

  it('may be a date, by the clock of the server', () => {
    const date = new Date(NOW + 3_600_000).toUTCString();
    const later = new Date(NOW + 3_604_000).toUTCString();

    expect(readRetryAfter(headers({ 'retry-after': later, date }), NOW)).to.equal(4000);
  });

  it('may be a date that has passed', () => {
    const past = new Date(NOW - 60_000).toUTCString();

    expect(readRetryAfter(headers({ 'retry-after': past }), NOW)).to.equal(0);
  });

  for (const value of ['soon', '']) {
    it(`may be nonsense: "${value}"`, () => {
      expect(readRetryAfter(headers({ 'retry-after': value }), NOW)).to.equal(undefined);
    });
  }

  it('may be absent', () => {
    expect(readRetryAfter(headers({}), NOW)).to.equal(undefined);
  });
});
