import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { allowList } from '../../../src/controller/allow-list.ts';
import { startOperator, type Operator } from '../../../src/controller/operator.ts';
import type { ApiAccess } from '../../../src/kubernetes/api-access.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { createManualClock } from '../kubernetes/manual-clock.ts';
import { createRecordedLog } from '../kubernetes/recorded-log.ts';

const MINUTE_MS = 60_000;

describe('the operator is silent', () => {
  const clock = createManualClock();
  const stop = new AbortController();
  let operator: Operator;
  let answers: boolean;
  let requests = 0;

  before(() => {
    answers = true;
    const everything = allowList(['*']);
    operator = startOperator(
      {
        namespaces: ['one', 'two'],
        labelSelector: undefined,
        concurrency: 1,
        lease: undefined,
        allowLists: { auth0Domains: everything, institutionHosts: everything },
        metrics: createMetrics(),
        log: createRecordedLog(),
        clock,
        monotonic: () => clock.now(),
        random: () => 0.5,
        access: accessOf(),
      },
      stop.signal,
    );
  });
  after(async () => {
    stop.abort(new Error('stopped'));
    await operator.done;
  });

  /** Namespace `two` is always well; `one` answers as long as it is told to, and then hangs. */
  function accessOf(): ApiAccess {
    function hang(signal: AbortSignal): Promise<never> {
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    }
    async function* bookmarks(isWell: () => boolean, signal: AbortSignal) {
      for (;;) {
        await clock.sleep(MINUTE_MS, signal);
        if (!isWell()) await hang(signal);
        yield Buffer.from('{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"2"}}}\n');
      }
    }
    const unused = () => Promise.reject(new Error('nobody asks for this'));
    return {
      server: 'https://memory',
      get: unused,
      create: unused,
      replace: unused,
      patch: unused,
      delete: unused,
      list: () => Promise.resolve({ items: [], resourceVersion: '1', next: undefined }),
      async watch({ namespace }, signal) {
        const isWell = () => namespace === 'two' || answers;
        if (namespace === 'one') requests += 1;
        if (!isWell()) await hang(signal);
        return bookmarks(isWell, signal);
      },
      close: () => Promise.resolve(),
    };
  }

  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1000) {
      clock.advance(Math.min(1000, left));
      await turn();
    }
  }

  it('not while bookmarks come', async () => {
    await pass(60 * MINUTE_MS);
    expect(operator.isSilent()).to.equal(false);
  });

  it('after twenty minutes without any, of one watch of two, although it tries again and again', async () => {
    answers = false;
    requests = 0;
    await pass(19 * MINUTE_MS);
    expect(operator.isSilent()).to.equal(false);
    await pass(2 * MINUTE_MS);
    expect(operator.isSilent()).to.equal(true);
    expect(requests).to.be.within(15, 60);
  });

  it('no more when it hears of the server again', async () => {
    answers = true;
    await pass(2 * MINUTE_MS);
    expect(operator.isSilent()).to.equal(false);
  });
});
