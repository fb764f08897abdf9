import { expect } from 'chai';
import { progressLine, startProgressBar } from '../../../src/cli/screen/progress-bar.ts';
import { createRateMeter } from '../../../src/cli/screen/rate-meter.ts';
import type { Clock } from '../../../src/time/clock.ts';

/** A clock that stands still until it is moved; its sleepers wake when their time has come. */
function handClock(): Clock & { move(ms: number): Promise<void> } {
  let now = 1_000_000;
  let sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        sleepers.push({ at: now + ms, wake: resolve });
        signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
      }),
    async move(ms) {
      now += ms;
      const due = sleepers.filter(({ at }) => at <= now);
      sleepers = sleepers.filter(({ at }) => at > now);
      for (const { wake } of due) wake();
      await Promise.resolve();
      await Promise.resolve();
    },
  };
}

describe('the progress bar', () => {
  const standing = {
    label: 'Applying changes',
    done: 4210,
    total: 13_229,
    perSecond: 2.5,
    remainingMs: 3_600_000,
  };

  it('tells phase, part done, rate and remaining time', () => {
    expect(progressLine(standing, 100)).to.equal(
      'Applying changes  [##########--------------------]  4,210 / 13,229  31 %  2.5/s  1h left',
    );
  });

  it('is never as wide as the terminal, and gives up the bar first', () => {
    for (let columns = 1; columns < 140; columns += 1) {
      expect(progressLine(standing, columns).length).to.be.below(Math.max(columns, 1));
    }
    expect(progressLine(standing, 62)).to.equal(
      'Applying changes  4,210 / 13,229  31 %  2.5/s  1h left',
    );
  });

  it('tells what is known when the total is not', () => {
    const reading = { ...standing, label: 'Reading organizations', total: 0 };
    const unknown = { ...reading, perSecond: undefined, remainingMs: undefined };
    expect(progressLine(unknown, 80)).to.equal('Reading organizations  4,210');
    expect(progressLine({ ...unknown, done: 0 }, 80)).to.equal('Reading organizations  …');
  });

  it('tells slow rates by the minute', () => {
    expect(progressLine({ ...standing, perSecond: 0.4 }, 100)).to.include('24.0/min');
  });

  it('draws at most ten times a second, ticks each second, and prints lines above itself', async () => {
    const clock = handClock();
    const written: string[] = [];
    const stop = new AbortController();
    const bar = startProgressBar(
      {
        output: { write: (text) => written.push(text), columns: 80 },
        clock,
        remaining: (phase, left) => (phase === 'Applying' ? left * 1000 : undefined),
      },
      stop.signal,
    );
    bar.progress('Applying', 0, 10);
    for (let done = 1; done <= 5; done += 1) bar.progress('Applying', done, 10);
    expect(written).to.have.lengthOf(1);
    await clock.move(1000);
    expect(written).to.have.lengthOf(2);
    expect(written[1]?.startsWith('\r\u{1b}[KApplying changes ')).to.equal(true);
    expect(written[1]).to.match(/ 5 \/ 10 {2}50 % {2}5\.0\/s {2}5s left$/);
    bar.print('a line');
    expect(written[2]).to.equal('\r\u{1b}[Ka line\n');
    expect(written[3]).to.match(/Applying changes/);
    bar.clear();
    expect(written[4]).to.equal('\r\u{1b}[K');
    bar.print('after');
    expect(written[5]).to.equal('after\n');
    expect(written).to.have.lengthOf(6);
    stop.abort();
  });
});

describe('the rate meter', () => {
  it('measures the last quarter of a minute', async () => {
    const clock = handClock();
    const meter = createRateMeter(clock);
    meter.reached(0);
    expect(meter.perSecond()).to.equal(undefined);
    for (let second = 1; second <= 60; second += 1) {
      await clock.move(1000);
      meter.reached(second <= 30 ? second * 10 : 300 + (second - 30) * 2);
    }
    expect(meter.perSecond()).to.be.closeTo(2, 0.01);
    meter.restart();
    expect(meter.perSecond()).to.equal(undefined);
  });
});
