import { expect } from 'chai';
import * as fc from 'fast-check';
import type { BucketModel } from './model-tenant.ts';
import { simulate, type Scenario } from './simulation.ts';

/** Auth0's documented limits for writes; a time-scaled stand-in has the same burst. */
const ESSENTIALS: BucketModel = { burst: 5, rate: 25 / 60 };
const ENTERPRISE: BucketModel = { burst: 5, rate: 150 / 60 };
const FREE: BucketModel = { burst: 2, rate: 2 };
const HUNDREDFOLD: BucketModel = { burst: 5, rate: 250 };
const LATENCIES = [0, 80, 300];

interface Case extends Omit<Scenario, 'latencyMs'> {
  readonly name: string;
  /** The least ratio of the shortest possible time to the time it took. */
  readonly least?: number;
  /** The most that may be refused, 0 by default. */
  readonly refused?: number;
  /** The least that may ever be left in the bucket. */
  readonly leaves?: number;
}

const CASES: readonly Case[] = [
  { name: 'Essentials writes', bucket: ESSENTIALS, requests: 150, leaves: 1 },
  { name: 'Enterprise writes', bucket: ENTERPRISE, requests: 400, leaves: 1 },
  {
    name: 'a listing',
    bucket: { burst: 10, rate: 100 / 60 },
    requests: 265,
    workers: 1,
    leaves: 1,
  },
  { name: 'the free plan', bucket: FREE, requests: 400 },
  { name: 'a tenant-wide bucket', bucket: { burst: 50, rate: 16 }, requests: 1500, leaves: 4 },
  {
    name: 'a reset that means full',
    bucket: { ...ENTERPRISE, reset: 'full' },
    requests: 400,
  },
  { name: 'no reset', bucket: { ...ENTERPRISE, reset: 'none' }, requests: 400 },
  {
    name: 'a refill each second',
    bucket: { ...ENTERPRISE, stepMs: 1000 },
    requests: 400,
  },
  {
    name: 'a refill each second without a reset',
    bucket: { ...ENTERPRISE, stepMs: 1000, reset: 'none' },
    requests: 400,
    least: 0.9,
    refused: 0.005,
  },
  {
    // A tenth of each minute's requests is the reserve, and lost when the minute fills the bucket.
    name: 'a refill at the top of each minute',
    bucket: { burst: 150, rate: 2.5, stepMs: 60_000 },
    requests: 1200,
    least: 0.9,
  },
  { name: 'ten times the rate', bucket: { burst: 5, rate: 25 }, requests: 4000 },
  { name: 'a hundred times the rate', bucket: HUNDREDFOLD, requests: 13_229 },
  {
    name: 'a hundred times the burst and the rate',
    bucket: { burst: 500, rate: 250 },
    requests: 4000,
  },
  {
    name: 'another client that takes half, evenly',
    bucket: ENTERPRISE,
    requests: 300,
    rival: 1.25,
    evenly: true,
    least: 0.48,
  },
  {
    // It takes two or three at once now and then, of the five that there are.
    name: 'another client that takes half, at random',
    bucket: ENTERPRISE,
    requests: 300,
    rival: 1.25,
    least: 0.38,
    refused: 0.05,
  },
  {
    name: 'no headers',
    bucket: { ...ENTERPRISE, silent: true },
    requests: 2000,
    refused: 0.005,
  },
  {
    name: 'no headers, a hundred times the rate',
    bucket: { ...HUNDREDFOLD, silent: true },
    requests: 13_229,
    least: 0.9,
    refused: 0.005,
  },
  {
    name: 'a hidden bucket over all endpoints',
    bucket: ENTERPRISE,
    hidden: { burst: 10, rate: 2 },
    requests: 2000,
    least: 0.94,
    refused: 0.005,
  },
];

/** The shortest time that the bucket and the workers allow. */
function boundSeconds(scenario: Scenario): number {
  const { latencyMs, jitterMs = 0, workers = 16, bucket, hidden = bucket, requests } = scenario;
  const roundTripMs = latencyMs + jitterMs / 5;
  return Math.max(
    (requests - bucket.burst) / Math.min(bucket.rate, hidden.rate),
    (requests * roundTripMs) / workers / 1000,
  );
}

describe('pacing, on a virtual clock', () => {
  for (const { name, least = 0.97, refused = 0, leaves = 0, ...rest } of CASES) {
    for (const latencyMs of LATENCIES) {
      it(`uses what there is: ${name}, ${latencyMs} ms away`, async () => {
        const jitterMs = rest.bucket.rate > 20 ? Math.min(2, latencyMs) : latencyMs / 20;
        const scenario = { ...rest, latencyMs, jitterMs };

        const figures = await simulate(scenario);

        expect(boundSeconds(scenario) / figures.seconds).to.be.at.least(least);
        expect(figures.refused).to.be.at.most(refused);
        expect(figures.lowest).to.be.at.least(leaves);
      });
    }
  }

  it('does not wait for resets for ever because two answers came late', async () => {
    const scenario = { bucket: FREE, latencyMs: 80, jitterMs: 80, requests: 400, seed: 1 };
    const figures = await simulate(scenario);
    expect(boundSeconds(scenario) / figures.seconds).to.be.at.least(0.9);
    expect(figures.refused).to.equal(0);
  });

  it('tries higher rates of a bucket of two at next to no cost', async () => {
    const scenario = { bucket: FREE, latencyMs: 80, requests: 100 };
    const figures = await simulate(scenario);
    expect(boundSeconds(scenario) / figures.seconds).to.be.at.least(0.98);
  });

  it('takes no answers that come late for a higher rate', async () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const scenario = { bucket: FREE, latencyMs: 80, jitterMs: 60, requests: 1000, seed };
      const figures = await simulate(scenario);
      expect(boundSeconds(scenario) / figures.seconds, `seed ${seed}`).to.be.at.least(0.96);
      expect(figures.refused).to.equal(0);
    }
  });

  it('leaves another client what it asks for', async () => {
    const { rivalRefused } = await simulate({
      bucket: ENTERPRISE,
      latencyMs: 80,
      requests: 300,
      rival: 1.25,
      evenly: true,
    });

    expect(rivalRefused).to.equal(0);
  });

  for (const share of [0.2, 0.5]) {
    it(`uses no more than a budget of ${100 * share} percent`, async () => {
      const figures = await simulate({ bucket: ENTERPRISE, latencyMs: 5, requests: 200, share });

      const used = (200 - 3) / figures.seconds / ENTERPRISE.rate;
      expect(used).to.be.within(share * 0.6, share * 1.02);
    });
  }

  it('is hardly ever refused, whatever its size, rate and distance', async () => {
    const buckets = fc.record({
      burst: fc.integer({ min: 3, max: 60 }),
      // From a token in two seconds up to 200 in one.
      rate: fc.double({ min: -1, max: 7.6, noNaN: true }).map((power) => 2 ** power),
      latencyMs: fc.constantFrom(0, 1, 5, 80, 300),
      workers: fc.integer({ min: 1, max: 24 }),
      reset: fc.constantFrom('next' as const, 'full' as const, 'none' as const),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(buckets, async ({ burst, rate, reset, latencyMs, workers, seed }) => {
        const figures = await simulate({
          bucket: { burst, rate, reset },
          latencyMs,
          jitterMs: latencyMs / 20,
          workers,
          requests: 150 + 2 * burst,
          seed,
        });

        expect(figures.refused).to.be.at.most(0.005);
      }),
      { numRuns: 60, seed: 20260601 },
    );
  });
});
