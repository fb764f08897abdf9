import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  startWorkQueue,
  type WorkQueue,
  type WorkResult,
} from '../../../src/kubernetes/work-queue.ts';
import { IGNORED_METRICS } from './ignored-metrics.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';
import { createRecordedLog } from './recorded-log.ts';

const FIRST_MS = 8;
const CAP_MS = 64;

/** What the queue must do, in the plainest terms. */
interface Model {
  readonly workers: number;
  now: number;
  waiting: string[];
  active: string[];
  again: string[];
  delayed: { readonly key: string; readonly at: number }[];
  failures: Map<string, number>;
  started: string[];
}

function add(model: Model, key: string): void {
  if (model.waiting.includes(key) || model.again.includes(key)) return;
  (model.active.includes(key) ? model.again : model.waiting).push(key);
  start(model);
}

function addAfter(model: Model, key: string, ms: number): void {
  if (ms <= 0) return add(model, key);
  const at = model.now + ms;
  const set = model.delayed.find((delay) => delay.key === key);
  if (set !== undefined && set.at <= at) return;
  model.delayed = [...model.delayed.filter((delay) => delay.key !== key), { key, at }];
}

function addRateLimited(model: Model, key: string): void {
  const failures = model.failures.get(key) ?? 0;
  model.failures.set(key, failures + 1);
  addAfter(model, key, Math.min(CAP_MS, FIRST_MS * 2 ** failures) / 2);
}

function start(model: Model): void {
  while (model.active.length < model.workers && model.waiting.length > 0) {
    const key = model.waiting.shift() ?? '';
    model.active.push(key);
    model.started.push(key);
  }
}

function advance(model: Model, ms: number): void {
  model.now += ms;
  const due = model.delayed.filter(({ at }) => at <= model.now).toSorted((a, b) => a.at - b.at);
  model.delayed = model.delayed.filter(({ at }) => at > model.now);
  for (const { key } of due) add(model, key);
}

function finish(model: Model, key: string, result: WorkResult | 'reject'): void {
  if (result === 'retry' || result === 'reject') addRateLimited(model, key);
  else model.failures.delete(key);
  if (typeof result === 'object') addAfter(model, key, result.afterMs);
  model.active = model.active.filter((other) => other !== key);
  if (model.again.includes(key)) model.waiting.push(key);
  model.again = model.again.filter((other) => other !== key);
  start(model);
}

interface Real {
  readonly queue: WorkQueue;
  readonly clock: ManualClock;
  readonly started: string[];
  readonly running: Map<string, PromiseWithResolvers<WorkResult>>;
}

function openReal(workers: number, signal: AbortSignal): Real {
  const clock = createManualClock();
  const started: string[] = [];
  const running: Real['running'] = new Map();
  const queue = startWorkQueue(
    {
      async work(key) {
        started.push(key);
        const ending = Promise.withResolvers<WorkResult>();
        running.set(key, ending);
        return ending.promise;
      },
      workers,
      backoff: { firstMs: FIRST_MS, capMs: CAP_MS },
      clock,
      random: () => 0,
      log: createRecordedLog(),
      metrics: IGNORED_METRICS,
    },
    signal,
  );
  return { queue, clock, started, running };
}

type Command = fc.AsyncCommand<Model, Real>;

function command(
  name: string,
  inModel: (model: Model) => void,
  inReal: (real: Real, model: Model) => void,
): Command {
  return {
    check: () => true,
    async run(model, real) {
      inReal(real, model);
      inModel(model);
      await turn();
      expect(real.started).to.deep.equal(model.started);
      expect(real.clock.sleepers()).to.equal(model.delayed.length);
    },
    toString: () => name,
  };
}

const keys = fc.constantFrom('a', 'b', 'c', 'd');
const delays = fc.integer({ min: -1, max: 40 });
const results = fc.oneof(
  fc.constantFrom('done' as const, 'retry' as const, 'reject' as const),
  fc.record({ afterMs: delays }),
);

const commands = [
  keys.map((key) =>
    command(
      `add ${key}`,
      (model) => add(model, key),
      ({ queue }) => queue.add(key),
    ),
  ),
  fc.tuple(keys, delays).map(([key, ms]) =>
    command(
      `addAfter ${key} ${ms}`,
      (model) => addAfter(model, key, ms),
      ({ queue }) => queue.addAfter(key, ms),
    ),
  ),
  keys.map((key) =>
    command(
      `addRateLimited ${key}`,
      (model) => addRateLimited(model, key),
      ({ queue }) => queue.addRateLimited(key),
    ),
  ),
  keys.map((key) =>
    command(
      `forget ${key}`,
      (model) => void model.failures.delete(key),
      ({ queue }) => queue.forget(key),
    ),
  ),
  fc.integer({ min: 0, max: 50 }).map((ms) =>
    command(
      `advance ${ms}`,
      (model) => advance(model, ms),
      ({ clock }) => clock.advance(ms),
    ),
  ),
  fc.tuple(fc.nat(3), results).map(([index, result]): Command => {
    const chosen = (model: Model) => model.active[index % model.active.length] ?? '';
    const finishing = command(
      '',
      (model) => finish(model, chosen(model), result),
      ({ running }, model) => {
        if (result === 'reject') running.get(chosen(model))?.reject(new Error('failed'));
        else running.get(chosen(model))?.resolve(result);
      },
    );
    return {
      check: (model) => model.active.length > 0,
      run: (model, real) => finishing.run(model, real),
      toString: () => `finish ${index} ${JSON.stringify(result)}`,
    };
  }),
];

describe('a work queue, against its model', () => {
  it('starts the same keys in the same order, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.commands(commands, { maxCommands: 60 }),
        async (workers, commands) => {
          const stop = new AbortController();
          const model: Model = {
            workers,
            now: 0,
            waiting: [],
            active: [],
            again: [],
            delayed: [],
            failures: new Map(),
            started: [],
          };
          const real = openReal(workers, stop.signal);
          await fc.asyncModelRun(() => ({ model, real }), commands);
          stop.abort();
          for (const { resolve } of real.running.values()) resolve('retry');
          await real.queue.done;
          expect(real.clock.sleepers()).to.equal(0);
          expect(real.started).to.deep.equal(model.started);
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });
});
