import { expect } from 'chai';
import * as fc from 'fast-check';
import { createBucket } from '../../../../src/auth0/pacing/bucket.ts';
import type { Sent } from '../../../../src/auth0/pacing/overlap.ts';

/** What a server answers: how many are left, and after how long, which may differ wildly. */
const answers = fc.array(
  fc.record({ remaining: fc.nat({ max: 12 }), latency: fc.nat({ max: 5_000 }) }),
  { minLength: 1, maxLength: 80 },
);

describe('bucket model', () => {
  it('sends only when it believes in a token beyond the reserve, or one request by itself', () => {
    fc.assert(
      fc.property(answers, fc.integer({ min: 1, max: 12 }), (sequence, limit) => {
        const bucket = createBucket(0.001);
        const underWay: { readonly sent: Sent; readonly at: number; readonly left: number }[] = [];
        let now = 1_000_000;
        for (const { remaining, latency } of sequence) {
          for (let ready = bucket.readyAt(now); ready > now; ready = bucket.readyAt(now)) {
            underWay.sort((a, b) => a.at - b.at);
            const [answer] = underWay;
            if (answer !== undefined && answer.at <= ready) {
              underWay.shift();
              now = Math.max(now, answer.at);
              bucket.answered(answer.sent, now, {
                limit,
                remaining: answer.left,
                resetAt: undefined,
              });
            } else {
              expect(ready).to.be.below(Infinity);
              now = ready;
            }
          }
          const known = bucket.limit() !== undefined;
          if (known && underWay.length > 0) expect(bucket.available(now)).to.be.at.least(1 - 1e-6);
          const left = Math.min(remaining, limit);
          underWay.push({ sent: bucket.sent(now), at: now + latency, left });
        }
      }),
      { numRuns: 300, seed: 20260601 },
    );
  });

  it('never waits longer than a minute when nothing is under way', () => {
    fc.assert(
      fc.property(answers, fc.integer({ min: 1, max: 12 }), (sequence, limit) => {
        const bucket = createBucket(0.001);
        let now = 1_000_000;
        for (const { remaining, latency } of sequence) {
          const ready = bucket.readyAt(now);
          expect(ready - now).to.be.within(0, 60_000);
          const sent = bucket.sent(ready);
          now = ready + latency;
          const rate = { limit, remaining: Math.min(remaining, limit), resetAt: undefined };
          if (remaining === 0) bucket.refused(sent, now, rate);
          else bucket.answered(sent, now, rate);
        }
      }),
      { numRuns: 300, seed: 20260601 },
    );
  });

  it('takes the lowest of answers to requests that were under way together', () => {
    const bucket = createBucket(0.001);
    bucket.answered(bucket.sent(0), 80, { limit: 50, remaining: 49, resetAt: undefined });
    for (let at = 200; at < 1_000; at += 200) {
      bucket.answered(bucket.sent(at), at + 80, { limit: 50, remaining: 45, resetAt: undefined });
    }
    const burst = Array.from({ length: 8 }, () => bucket.sent(2_000));
    for (const [index, sent] of burst.entries()) {
      // The last request was the first that the server took.
      bucket.answered(sent, 2_080 + index, {
        limit: 50,
        remaining: 30 + index,
        resetAt: undefined,
      });
    }

    expect(bucket.available(2_088)).to.be.within(25, 26);
  });

  it('forgets nothing that is under way when an answer comes', () => {
    const bucket = createBucket(0.001);
    for (let at = 0; at < 1_000; at += 200) {
      bucket.answered(bucket.sent(at), at + 80, { limit: 50, remaining: 45, resetAt: undefined });
    }
    const first = bucket.sent(1_000);
    for (let count = 0; count < 9; count += 1) bucket.sent(1_000);
    bucket.answered(first, 1_080, { limit: 50, remaining: 44, resetAt: undefined });

    expect(bucket.available(1_080)).to.be.within(30, 31);
  });

  it('sends one request alone at the announced reset, though the level says no', () => {
    const bucket = createBucket(0.000_1);
    let at = 0;
    for (const remaining of [4, 3, 2, 1]) {
      at = bucket.readyAt(at);
      const rate = { limit: 5, remaining, resetAt: 10_000 };
      bucket.answered(bucket.sent(at), at, rate);
    }

    expect(bucket.readyAt(at)).to.be.within(10_000, 10_100);
  });

  it('does not wait for a reset that it cannot believe', () => {
    const bucket = createBucket(0.01);
    let at = 0;
    for (const remaining of [4, 3, 2, 1]) {
      at = bucket.readyAt(at);
      const rate = { limit: 5, remaining, resetAt: 1_000_000_000 };
      bucket.answered(bucket.sent(at), at, rate);
    }

    expect(bucket.readyAt(at) - at).to.be.below(200);
  });
});
