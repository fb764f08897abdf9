import { expect } from 'chai';
import { systemClock } from '../../../src/time/clock.ts';

const NEVER = new AbortController().signal;

describe('systemClock', () => {
  it('tells the time of the system', () => {
    const before = Date.now();
    const now = systemClock.now();
    expect(now).to.be.within(before, Date.now());
  });

  it('sleeps as long as it is told', async () => {
    const start = performance.now();
    await systemClock.sleep(20, NEVER);
    // Node's timers may fire up to a millisecond early.
    expect(performance.now() - start).to.be.at.least(19);
  });

  for (const ms of [0, -5]) {
    it(`sleeps ${ms} ms by coming back in a later turn`, async () => {
      let slept = false;
      const sleeping = systemClock.sleep(ms, NEVER).then(() => (slept = true));
      await Promise.resolve();
      expect(slept).to.equal(false);
      await sleeping;
      expect(slept).to.equal(true);
    });
  }

  it('rejects with the reason of a signal that has aborted before', async () => {
    const reason = new Error('stop');
    expect(await rejection(systemClock.sleep(0, AbortSignal.abort(reason)))).to.equal(reason);
  });

  it('rejects with the reason of a signal that aborts meanwhile', async () => {
    const abort = new AbortController();
    const sleeping = systemClock.sleep(60_000, abort.signal);
    const reason = new Error('stop');
    abort.abort(reason);
    expect(await rejection(sleeping)).to.equal(reason);
  });

  it('sleeps longer than a timer of Node can', async () => {
    const abort = new AbortController();
    let slept = false;
    const sleeping = systemClock.sleep(2 ** 31, abort.signal).then(() => (slept = true));
    // A timer beyond 31 bits would fire after 1 ms.
    await systemClock.sleep(10, NEVER);
    expect(slept).to.equal(false);
    abort.abort(new Error('enough'));
    expect(await rejection(sleeping)).to.have.property('message', 'enough');
  });
});

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('It did not reject.');
}
