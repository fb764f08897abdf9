import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import {
  startWorkQueue,
  type WorkQueueMetrics,
  type WorkResult,
} from '../../../src/kubernetes/work-queue.ts';
import { IGNORED_METRICS } from './ignored-metrics.ts';
import { createManualClock } from './manual-clock.ts';
import { createRecordedLog } from './recorded-log.ts';

/** A queue whose work ends when the test says so. */
function openQueue(workers = 1) {
  const clock = createManualClock();
  const log = createRecordedLog();
  const stop = new AbortController();
  const started: string[] = [];
  const running = new Map<string, PromiseWithResolvers<WorkResult>>();
  const measured: string[] = [];
  const note =
    (name: string) =>
    (...values: unknown[]) =>
      void measured.push([name, ...values].join(' '));
  const metrics: WorkQueueMetrics = {
    added: note('added'),
    depth: note('depth'),
    started: note('started'),
    active: note('active'),
    retried: note('retried'),
    finished: note('finished'),
  };
  const queue = startWorkQueue(
    {
      async work(key) {
        expect(running.has(key), `two workers on ${key}`).to.equal(false);
        started.push(key);
        const ending = Promise.withResolvers<WorkResult>();
        running.set(key, ending);
        return ending.promise.finally(() => running.delete(key));
      },
      workers,
      backoff: { firstMs: 1000, capMs: 60_000 },
      clock,
      random: () => 0,
      log,
      metrics,
    },
    stop.signal,
  );
  return {
    queue,
    clock,
    log,
    stop,
    started,
    running,
    measured,
    end: async (key: string, result: WorkResult = 'done'): Promise<void> => {
      running.get(key)?.resolve(result);
      await turn();
    },
    fail: async (key: string): Promise<void> => {
      running.get(key)?.reject(new Error('work failed'));
      await turn();
    },
    advance: async (ms: number): Promise<void> => {
      clock.advance(ms);
      await turn();
    },
  };
}

describe('startWorkQueue', () => {
  it('works in the order of adding, with so many workers', async () => {
    const { queue, started, end } = openQueue(2);
    for (const key of ['a', 'b', 'c', 'd']) queue.add(key);
    expect(started).to.deep.equal(['a', 'b']);
    await end('b');
    await end('a');
    expect(started).to.deep.equal(['a', 'b', 'c', 'd']);
  });

  it('does not add a waiting key twice', async () => {
    const { queue, started, end } = openQueue();
    for (const key of ['a', 'b', 'b', 'c', 'b']) queue.add(key);
    for (const key of ['a', 'b', 'c']) await end(key);
    expect(started).to.deep.equal(['a', 'b', 'c']);
  });

  it('works once more on a key that was added while it was worked on, and then in turn', async () => {
    const { queue, started, end } = openQueue(2);
    queue.add('a');
    queue.add('a');
    queue.add('a');
    expect(started).to.deep.equal(['a']);
    queue.add('b');
    queue.add('c');
    await end('a');
    expect(started).to.deep.equal(['a', 'b', 'c']);
    await end('b');
    await end('a');
    expect(started).to.deep.equal(['a', 'b', 'c', 'a']);
  });

  it('adds later, at the earliest time that was asked for', async () => {
    const { queue, started, advance, clock, end } = openQueue();
    queue.addAfter('a', 1000);
    queue.addAfter('a', 500);
    queue.addAfter('a', 2000);
    expect(clock.sleepers()).to.equal(1);
    await advance(499);
    expect(started).to.deep.equal([]);
    await advance(1);
    expect(started).to.deep.equal(['a']);
    await end('a');
    await advance(10_000);
    expect(started).to.deep.equal(['a']);
    expect(clock.sleepers()).to.equal(0);
  });

  it('adds at once what is due already', () => {
    const { queue, started } = openQueue();
    queue.addAfter('a', 0);
    queue.addAfter('b', -5);
    expect(started).to.deep.equal(['a']);
  });

  it('runs again after the time that the work asks for', async () => {
    const { queue, started, advance, end } = openQueue();
    queue.add('a');
    await end('a', { afterMs: 1000 });
    await advance(999);
    expect(started).to.have.length(1);
    await advance(1);
    expect(started).to.have.length(2);
  });

  it('waits twice as long after each failure of a key, up to the cap, until one success', async () => {
    const { queue, clock, advance, fail, end } = openQueue();
    queue.add('a');
    const waits: number[] = [];
    for (let failures = 0; failures < 8; failures += 1) {
      await fail('a');
      const wait = await clock.sleeping({ from: 0, to: Infinity });
      waits.push(wait);
      await advance(wait);
    }
    expect(waits).to.deep.equal([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    await end('a');
    queue.add('a');
    await end('a', 'retry');
    expect(await clock.sleeping({ from: 0, to: Infinity })).to.equal(500);
  });

  it('keeps the failures of two keys apart, and forgets when told to', async () => {
    const { queue, clock } = openQueue(0);
    queue.addRateLimited('a');
    queue.addRateLimited('b');
    queue.forget('a');
    expect(clock.sleepers()).to.equal(2);
    await clock.sleeping({ from: 500, to: 500 });
    clock.advance(500);
    await turn();
    queue.addRateLimited('a');
    queue.addRateLimited('b');
    expect(await clock.sleeping({ from: 500, to: 500 })).to.equal(500);
    expect(await clock.sleeping({ from: 1000, to: 1000 })).to.equal(1000);
  });

  it('logs work that rejects and goes on with the others', async () => {
    const { queue, log, fail, started } = openQueue();
    queue.add('a');
    queue.add('b');
    await fail('a');
    expect(started).to.deep.equal(['a', 'b']);
    expect(log.lines).to.have.length(1);
    expect(log.lines[0]).to.have.nested.property('fields.key', 'a');
  });

  it('measures depth, waiting, workers, retries and results', async () => {
    const { queue, measured, clock, end } = openQueue();
    queue.add('a');
    queue.add('b');
    expect(measured).to.deep.equal([
      'added',
      'started 0',
      'depth 0',
      'active 1',
      'added',
      'depth 1',
      'active 1',
    ]);
    measured.length = 0;
    clock.advance(2500);
    await end('a', 'retry');
    expect(measured).to.deep.equal([
      'retried',
      'finished requeue 2.5',
      'started 2.5',
      'depth 0',
      'active 1',
    ]);
    measured.length = 0;
    clock.advance(100);
    await end('b', { afterMs: 60_000 });
    expect(measured).to.deep.equal(['finished requeue_after 0.1', 'depth 0', 'active 0']);
  });

  it('starts nothing after the signal, cancels all timers and waits for what runs', async () => {
    const { queue, stop, clock, started, end, log } = openQueue();
    queue.add('a');
    queue.add('b');
    queue.addAfter('c', 1000);
    let done = false;
    void queue.done.then(() => (done = true));
    stop.abort();
    expect(clock.sleepers()).to.equal(0);
    queue.add('d');
    queue.addAfter('e', 5);
    queue.addRateLimited('f');
    await turn();
    expect(done).to.equal(false);
    await end('a', 'retry');
    expect(done).to.equal(true);
    expect(started).to.deep.equal(['a']);
    expect(clock.sleepers()).to.equal(0);
    expect(log.lines).to.deep.equal([]);
  });

  it('is done at once when nothing runs, and when the signal has aborted before', async () => {
    const { queue, stop } = openQueue();
    stop.abort();
    await queue.done;
    const late = startWorkQueue(
      {
        work: () => Promise.reject(new Error('must not run')),
        workers: 1,
        backoff: { firstMs: 1, capMs: 1 },
        clock: createManualClock(),
        random: () => 0,
        log: createRecordedLog(),
        metrics: IGNORED_METRICS,
      },
      stop.signal,
    );
    late.add('a');
    await late.done;
    expect(stop.signal.aborted).to.equal(true);
  });

  it('gives the work its signal', async () => {
    const stop = new AbortController();
    const seen = Promise.withResolvers<AbortSignal>();
    const queue = startWorkQueue(
      {
        async work(_key, signal) {
          seen.resolve(signal);
          return 'done';
        },
        workers: 1,
        backoff: { firstMs: 1, capMs: 1 },
        clock: createManualClock(),
        random: () => 0,
        log: createRecordedLog(),
        metrics: IGNORED_METRICS,
      },
      stop.signal,
    );
    queue.add('a');
    expect(await seen.promise).to.equal(stop.signal);
  });
});
