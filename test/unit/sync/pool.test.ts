import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { pool } from '../../../src/sync/pool.ts';
import { rejection } from './rejection.ts';

const NEVER = new AbortController().signal;

describe('pool', () => {
  it('starts in order, and no more than its width at a time', async () => {
    const started: number[] = [];
    let underWay = 0;
    let most = 0;
    await pool(
      [1, 2, 3, 4, 5, 6, 7],
      3,
      async (item) => {
        started.push(item);
        underWay += 1;
        most = Math.max(most, underWay);
        await nextTurn();
        underWay -= 1;
      },
      NEVER,
    );
    expect(started).to.deep.equal([1, 2, 3, 4, 5, 6, 7]);
    expect({ most, underWay }).to.deep.equal({ most: 3, underWay: 0 });
  });

  it('has nothing to do without items', async () => {
    await pool([], 3, () => expect.fail('There is no work.'), NEVER);
  });

  it('after a failure starts nothing new and waits for what is under way', async () => {
    const failure = new Error('first');
    const started: number[] = [];
    let ended = 0;
    const running = pool(
      [1, 2, 3, 4],
      2,
      async (item) => {
        started.push(item);
        if (item === 1) throw failure;
        await nextTurn();
        ended += 1;
        throw new Error('second');
      },
      NEVER,
    );
    expect(await rejection(running)).to.equal(failure);
    expect({ started, ended }).to.deep.equal({ started: [1, 2], ended: 1 });
  });

  it('after a failure nobody waits for a turn any longer', async () => {
    const failure = new Error('first');
    const running = pool(
      [1, 2],
      2,
      async (item, signal) => {
        if (item === 2) {
          await nextTurn();
          throw failure;
        }
        // As one who waits for the tenant's limits.
        await new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')));
        });
      },
      NEVER,
    );
    expect(await rejection(running)).to.equal(failure);
  });

  it('after an abort starts nothing new, and does not reject by itself', async () => {
    const abort = new AbortController();
    const started: number[] = [];
    const signals: AbortSignal[] = [];
    await pool(
      [1, 2, 3, 4],
      2,
      async (item, signal) => {
        started.push(item);
        signals.push(signal);
        abort.abort(new Error('stop'));
        await nextTurn();
      },
      abort.signal,
    );
    expect(started).to.deep.equal([1]);
    expect(signals[0]?.reason).to.have.property('message', 'stop');
  });

  it('starts nothing when the signal has aborted before', async () => {
    await pool([1], 1, () => expect.fail('It was started.'), AbortSignal.abort());
  });
});
