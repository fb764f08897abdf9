import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { guardSilence } from '../../../src/kubernetes/silence-guard.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';

const error = () => new Error('silent');

/** Moves the time on in steps, as real time does. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 1000) {
    clock.advance(Math.min(left, 1000));
    await turn();
  }
}

describe('guardSilence', () => {
  it('aborts after the silence that is allowed, counted from the last sign of life', async () => {
    const clock = createManualClock();
    const guard = guardSilence({ clock, allowedMs: 30_000, error }, new AbortController().signal);
    await pass(clock, 29_000);
    guard.heard();
    await pass(clock, 29_999);
    expect(guard.signal.aborted).to.equal(false);
    await pass(clock, 1);
    expect(guard.signal.reason).to.be.an('error').with.property('message', 'silent');
    expect(clock.sleepers()).to.equal(0);
  });

  it('takes up a shorter allowance within a minute', async () => {
    const clock = createManualClock();
    const guard = guardSilence({ clock, allowedMs: 600_000, error }, new AbortController().signal);
    guard.heard(180_000);
    await pass(clock, 179_000);
    expect(guard.signal.aborted).to.equal(false);
    await pass(clock, 61_000);
    expect(guard.signal.aborted).to.equal(true);
  });

  it('is not held up by a clock that is set back', async () => {
    const steady = createManualClock();
    let setBackMs = 0;
    const clock = { ...steady, now: () => steady.now() - setBackMs };
    const guard = guardSilence({ clock, allowedMs: 30_000, error }, new AbortController().signal);
    setBackMs = 3_600_000;
    await pass(steady, 60_000);
    expect(guard.signal.aborted).to.equal(true);
  });

  it('aborts with the outer signal, at once or from the start, and leaves no timer', () => {
    const clock = createManualClock();
    const outer = new AbortController();
    const guard = guardSilence({ clock, allowedMs: 30_000, error }, outer.signal);
    outer.abort(new Error('stopped'));
    expect(guard.signal.reason).to.have.property('message', 'stopped');
    const late = guardSilence({ clock, allowedMs: 30_000, error }, outer.signal);
    expect(late.signal.reason).to.have.property('message', 'stopped');
    expect(clock.sleepers()).to.equal(0);
  });

  it('ends without aborting', async () => {
    const clock = createManualClock();
    const outer = new AbortController();
    const guard = guardSilence({ clock, allowedMs: 30_000, error }, outer.signal);
    guard.end();
    outer.abort();
    await pass(clock, 60_000);
    expect(guard.signal.aborted).to.equal(false);
    expect(clock.sleepers()).to.equal(0);
  });
});
