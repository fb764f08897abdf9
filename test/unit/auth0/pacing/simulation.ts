import { createPacer, type Pacer } from '../../../../src/auth0/pacing/pacer.ts';
import { createModelBucket, type BucketModel, type ModelBucket } from './model-tenant.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

export interface Scenario {
  readonly bucket: BucketModel;
  readonly hidden?: BucketModel;
  readonly latencyMs: number;
  readonly jitterMs?: number;
  readonly requests: number;
  readonly workers?: number;
  readonly share?: number;
  /** Requests a second of another client, as long as the bucket has tokens for it. */
  readonly rival?: number;
  readonly evenly?: boolean;
  readonly seed?: number;
}

export interface Figures {
  readonly seconds: number;
  /** Requests served beyond the first burst, a second. */
  readonly rate: number;
  /** Requests refused, of all that we sent. */
  readonly refused: number;
  readonly rivalRefused: number;
  readonly rivalRate: number;
  readonly lowest: number;
  readonly sent: number;
  readonly trace: readonly string[];
  readonly pacer: Pacer;
}

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
export async function simulate(scenario: Scenario, trace = false): Promise<Figures> {
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
  const lines: string[] = [];
  let left = scenario.requests;
  let sent = 0;
  let refused = 0;
  let served = 0;
  let done = false;
  let rivalSent = 0;
  let rivalRefused = 0;

  async function worker(): Promise<void> {
    while (left > 0) {
      left -= 1;
      for (let status = 0; status !== 200;) {
        const permit = await pacer.acquire('organizationWrites', scenario.share ?? 1, signal);
        const sentAt = clock.now() - start;
        sent += 1;
        const answer = await roundTrip(clock, bucket, scenario, random);
        status = answer.status;
        if (status === 429) refused += 1;
        else served += 1;
        if (trace) {
          lines.push(
            `${sentAt} -> ${clock.now() - start} ${status} left ${answer.headers.get('x-ratelimit-remaining')} rate ${(1000 / (pacer.estimate('organizationWrites', 100001) - pacer.estimate('organizationWrites', 100000))).toFixed(2)}`,
          );
        }
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
    rate: (served - scenario.bucket.burst) / seconds,
    refused: refused / sent,
    rivalRefused: rivalSent === 0 ? 0 : rivalRefused / rivalSent,
    rivalRate: (rivalSent - rivalRefused) / seconds,
    lowest: bucket.lowest(),
    sent,
    trace: lines,
    pacer,
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
