import { expect } from 'chai';
import { KubernetesError } from '../../../src/kubernetes/kubernetes-error.ts';
import { retryTransient } from '../../../src/kubernetes/retry.ts';
import { createManualClock } from './manual-clock.ts';

const away = new KubernetesError('ECONNRESET', 'away', { transient: true });
const any = { from: 0, to: Infinity };
const { signal } = new AbortController();

function failing(times: number, error: Error) {
  let calls = 0;
  return {
    calls: () => calls,
    attempt: async () => {
      calls += 1;
      if (calls <= times) throw error;
      return 'done';
    },
  };
}

describe('retryTransient', () => {
  it('tries again after a jittered wait that grows', async () => {
    const clock = createManualClock();
    const { attempt } = failing(3, away);
    const options = { clock, random: () => 0, withinMs: 60_000 };
    const result = retryTransient(attempt, options, signal);
    const waits: number[] = [];
    for (let i = 0; i < 3; i += 1) {
      const wait = await clock.sleeping(any);
      waits.push(wait);
      clock.advance(wait);
    }
    expect(await result).to.equal('done');
    expect(waits).to.deep.equal([250, 500, 1000]);
  });

  it('waits as long as the server asks', async () => {
    const clock = createManualClock();
    const busy = new KubernetesError('TooManyRequests', 'busy', {
      transient: true,
      retryAfterMs: 7000,
    });
    const { attempt } = failing(1, busy);
    const result = retryTransient(attempt, { clock, random: () => 0, withinMs: 60_000 }, signal);
    expect(await clock.sleeping(any)).to.equal(7000);
    clock.advance(7000);
    expect(await result).to.equal('done');
  });

  it('gives up when no retry can start in time', async () => {
    const clock = createManualClock();
    const { attempt, calls } = failing(99, away);
    const options = { clock, random: () => 0, withinMs: 1000 };
    const result = retryTransient(attempt, options, signal).catch((error: unknown) => error);
    clock.advance(await clock.sleeping(any));
    clock.advance(await clock.sleeping(any));
    expect(await result).to.equal(away);
    expect(calls()).to.equal(3);
  });

  it('does not try again what cannot succeed', async () => {
    const clock = createManualClock();
    for (const error of [new KubernetesError('Forbidden', 'no'), new Error('own')]) {
      const { attempt, calls } = failing(99, error);
      const options = { clock, random: () => 0, withinMs: 1000 };
      expect(await retryTransient(attempt, options, signal).catch((e: unknown) => e)).to.equal(
        error,
      );
      expect(calls()).to.equal(1);
    }
  });

  it('stops waiting with the signal', async () => {
    const clock = createManualClock();
    const stop = new AbortController();
    const { attempt } = failing(99, away);
    const options = { clock, random: () => 0, withinMs: 60_000 };
    const result = retryTransient(attempt, options, stop.signal).catch((error: Error) => error);
    await clock.sleeping(any);
    stop.abort(new Error('stopped'));
    expect(await result).to.have.property('message', 'stopped');
    expect(clock.sleepers()).to.equal(0);
  });
});
