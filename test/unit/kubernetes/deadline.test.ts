import { expect } from 'chai';
import { withDeadline } from '../../../src/kubernetes/deadline.ts';
import { createManualClock } from './manual-clock.ts';

const late = () => new Error('too late');

describe('withDeadline', () => {
  it('gives the result and leaves no timer', async () => {
    const clock = createManualClock();
    const { signal } = new AbortController();
    const result = await withDeadline({ clock, ms: 5, signal, error: late }, async () => 7);
    expect(result).to.equal(7);
    expect(clock.sleepers()).to.equal(0);
  });

  it('passes an error on and leaves no timer', async () => {
    const clock = createManualClock();
    const { signal } = new AbortController();
    const fault = new Error('own');
    const run = () => Promise.reject(fault);
    const error = await withDeadline({ clock, ms: 5, signal, error: late }, run).catch((e) => e);
    expect(error).to.equal(fault);
    expect(clock.sleepers()).to.equal(0);
  });

  it('rejects when the time is up, even if the work does not listen', async () => {
    const clock = createManualClock();
    const { signal } = new AbortController();
    let inner: AbortSignal | undefined;
    const result = withDeadline({ clock, ms: 5, signal, error: late }, (signal) => {
      inner = signal;
      return new Promise(() => {});
    });
    clock.advance(5);
    expect(await result.catch((error: Error) => error.message)).to.equal('too late');
    expect(inner?.aborted).to.equal(true);
  });

  it('rejects with the reason of the outer signal as soon as it aborts', async () => {
    const clock = createManualClock();
    const controller = new AbortController();
    const { signal } = controller;
    const result = withDeadline({ clock, ms: 5, signal, error: late }, () => new Promise(() => {}));
    controller.abort(new Error('stopped'));
    expect(await result.catch((error: Error) => error.message)).to.equal('stopped');
    expect(clock.sleepers()).to.equal(0);
  });

  it('starts nothing when the outer signal has aborted', async () => {
    const clock = createManualClock();
    let started = false;
    const signal = AbortSignal.abort(new Error('stopped'));
    const result = withDeadline({ clock, ms: 5, signal, error: late }, async () => {
      started = true;
    });
    expect(await result.catch((error: Error) => error.message)).to.equal('stopped');
    expect(started).to.equal(false);
  });
});
