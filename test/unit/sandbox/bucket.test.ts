import { expect } from 'chai';
import * as fc from 'fast-check';
import { openBucket, type Refill } from '../../sandbox/auth0/bucket.ts';

/** 12:00:00.000 on a day. */
const NOON = Date.UTC(2026, 7, 3, 12);
const WRITES = { burst: 5, perMinute: 150 };
const REFILLS: readonly Refill[] = ['continuous', 'per-second', 'top-of-minute'];

function drain(bucket: ReturnType<typeof openBucket>, at: number): number {
  let taken = 0;
  while (bucket.take(at)) taken += 1;
  return taken;
}

describe('sandbox: a bucket', () => {
  it('begins full and holds no more than its burst', () => {
    const bucket = openBucket(WRITES, 'continuous', NOON);
    expect(bucket.limit).to.equal(5);
    expect(drain(bucket, NOON)).to.equal(5);
    expect(bucket.remaining(NOON)).to.equal(0);
    expect(drain(bucket, NOON + 3_600_000)).to.equal(5);
  });

  it('refills continuously: one request of 150 a minute every 400 ms', () => {
    const bucket = openBucket(WRITES, 'continuous', NOON);
    drain(bucket, NOON);
    expect(bucket.moreAt(NOON)).to.equal(NOON + 400);
    expect(bucket.take(NOON + 399)).to.equal(false);
    expect(bucket.take(NOON + 400)).to.equal(true);
    expect(bucket.moreAt(NOON + 500)).to.equal(NOON + 800);
  });

  it('refills each second: a second brings 2.5 of 150 a minute, of which whole ones count', () => {
    const bucket = openBucket(WRITES, 'per-second', NOON + 300);
    drain(bucket, NOON + 300);
    expect(bucket.moreAt(NOON + 300)).to.equal(NOON + 1000);
    expect(bucket.remaining(NOON + 999)).to.equal(0);
    expect(bucket.remaining(NOON + 1000)).to.equal(2);
    expect(drain(bucket, NOON + 1500)).to.equal(2);
    expect(bucket.remaining(NOON + 2000)).to.equal(3);
  });

  it('refills each second also when a second brings less than one request', () => {
    const bucket = openBucket({ burst: 5, perMinute: 25 }, 'per-second', NOON);
    drain(bucket, NOON);
    expect(bucket.moreAt(NOON)).to.equal(NOON + 3000);
    expect(bucket.remaining(NOON + 2999)).to.equal(0);
    expect(bucket.remaining(NOON + 3000)).to.equal(1);
  });

  it('refills at the top of the minute: then it holds the whole minute', () => {
    const bucket = openBucket(WRITES, 'top-of-minute', NOON + 59_000);
    expect(bucket.limit).to.equal(150);
    expect(drain(bucket, NOON + 59_000)).to.equal(150);
    expect(bucket.moreAt(NOON + 59_000)).to.equal(NOON + 60_000);
    expect(bucket.take(NOON + 59_999)).to.equal(false);
    expect(drain(bucket, NOON + 60_000)).to.equal(150);
  });

  for (const refill of REFILLS) {
    it(`${refill}: what moreAt promises comes true then, and not before`, () => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 20 }),
          fc.integer({ min: 1, max: 1000 }),
          fc.array(fc.tuple(fc.nat(5000), fc.nat(30)), { maxLength: 20 }),
          (burst, perMinute, steps) => {
            const bucket = openBucket({ burst, perMinute }, refill, NOON);
            let at = NOON;
            for (const [wait, takes] of steps) {
              at += wait;
              for (let n = 0; n < takes; n += 1) bucket.take(at);
            }
            const before = bucket.remaining(at);
            const more = bucket.moreAt(at);
            if (before === bucket.limit) return more === at;
            if (bucket.remaining(more - 0.1) !== before) return false;
            return bucket.remaining(more + 0.001) > before;
          },
        ),
        { seed: 1 },
      );
    });

    it(`${refill}: nobody gets more than a full bucket and what was added since`, () => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 20 }),
          fc.integer({ min: 1, max: 1000 }),
          fc.array(fc.nat(3000), { maxLength: 100 }),
          (burst, perMinute, waits) => {
            const bucket = openBucket({ burst, perMinute }, refill, NOON);
            let at = NOON;
            let taken = 0;
            for (const wait of waits) {
              at += wait;
              taken += drain(bucket, at);
            }
            const added =
              refill === 'top-of-minute'
                ? Math.floor((at - NOON) / 60_000) * perMinute
                : ((at - NOON) * perMinute) / 60_000;
            return taken <= bucket.limit + added + 1e-6;
          },
        ),
        { seed: 1 },
      );
    });
  }

  it('serves one who asks evenly at the sustained rate for ever', () => {
    const bucket = openBucket(WRITES, 'continuous', NOON);
    drain(bucket, NOON);
    for (let n = 1; n <= 100_000; n += 1) {
      if (!bucket.take(NOON + n * 400)) expect.fail(`refused request ${n}`);
    }
    expect(bucket.remaining(NOON + 100_000 * 400)).to.equal(0);
  });
});
