import { createPacer } from '../../../../src/auth0/pacing/pacer.ts';
import { createModelBucket, type BucketModel, type ModelBucket } from './model-tenant.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

export interface Scenario {
  readonly bucket: BucketModel;
  readonly hidden?: BucketModel;
  readonly latencyMs: number;
  /** The most that an answer may be late beyond its latency; rarely so much. */
  readonly jitterMs?: number;
  readonly requests: number;
  /** How many requests may be under way at once; 16 by default. */
  readonly workers?: number;
  /** The part of the limits that may be used; 1 by default. */
  readonly share?: number;
  /** Requests a second of another client, as long as the bucket has tokens for it. */
  readonly rival?: number;
  /** It sends at even intervals instead of at random. */
  readonly evenly?: boolean;
  readonly seed?: number;
}

export interface Figures {
  readonly seconds: number;
  /** Requests refused, of all that we sent. */
  readonly refused: number;
  /** The share of the other client's requests that was refused. */
  readonly rivalRefused: number;
  /** The least that was ever left. */
  readonly lowest: number;
}

/** Random numbers in [0, 1) that are the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `requests` writes by `workers` at once through a new pacer, on virtual time. */
export async function simulate(scenario: Scenario): Promise<Figures> {
  const clock = createVirtualClock();
  const random = seeded(scenario.seed ?? 1);
  const bucket = createModelBucket(
    clock,
    scenario.bucket,
    scenario.hidden && createModelBucket(clock, scenario.hidden),
  );
  const pacer = createPacer({ clock });
  const signal = new AbortController().signal;
  const start = clock.now();
  let left = scenario.requests;
  let sent = 0;
  let refused = 0;
  let done = false;
  let rivalSent = 0;
  let rivalRefused = 0;

  async function worker(): Promise<void> {
    while (left > 0) {
      left -= 1;
      for (let status = 0; status !== 200;) {
        const permit = await pacer.acquire('organizationWrites', scenario.share ?? 1, signal);
        sent += 1;
        const answer = await roundTrip(clock, bucket, scenario, random);
        status = answer.status;
        if (status === 429) refused += 1;
        permit.answered(status, answer.headers);
      }
    }
  }

  function rival(): void {
    if (done || scenario.rival === undefined) return;
    rivalSent += 1;
    if (bucket.take().status === 429) rivalRefused += 1;
    clock.at(
      clock.now() +
        ((scenario.evenly === true ? 1 : -Math.log(1 - random())) * 1000) / scenario.rival,
      rival,
    );
  }

  rival();
  await clock.run(Promise.all(Array.from({ length: scenario.workers ?? 16 }, worker)));
  done = true;
  const seconds = (clock.now() - start) / 1000;
  return {
    seconds,
    refused: refused / sent,
    rivalRefused: rivalSent === 0 ? 0 : rivalRefused / rivalSent,
    lowest: bucket.lowest(),
  };
}

function roundTrip(
  clock: VirtualClock,
  bucket: ModelBucket,
  scenario: Scenario,
  random: () => number,
): Promise<{ status: number; headers: Headers }> {
  const oneWay = (): number =>
    scenario.latencyMs / 2 + ((scenario.jitterMs ?? 0) / 2) * random() ** 4;
  return new Promise((resolve) => {
    clock.at(clock.now() + oneWay(), () => {
      const answer = bucket.take();
      clock.at(clock.now() + oneWay(), () => resolve(answer));
    });
  });
}
