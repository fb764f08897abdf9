import { expect } from 'chai';
import { connectInTurn } from '../../../src/kubernetes/connect-in-turn.ts';
import { createManualClock } from './manual-clock.ts';

/** Callers whose connections are made, or fail, when the test says so. */
function openTurns() {
  const clock = createManualClock();
  const takeTurn = connectInTurn(clock);
  const begun: { readonly caller: number; readonly end: () => void }[] = [];
  const refused: string[] = [];

  async function ask(caller: number, signal = new AbortController().signal): Promise<void> {
    try {
      begun.push({ caller, end: await takeTurn(signal) });
    } catch (error) {
      refused.push(`${caller} ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  return { clock, begun, refused, ask, callers: () => begun.map(({ caller }) => caller) };
}

/** All that follows from what has happened, has happened. */
const settled = () => new Promise(setImmediate);

describe('connectInTurn', () => {
  it('lets twenty connect at a time, in the order of asking', async () => {
    const { begun, callers, ask } = openTurns();
    for (let caller = 0; caller < 50; caller += 1) void ask(caller);
    await settled();
    expect(begun).to.have.length(20);
    begun[7]?.end();
    begun[7]?.end();
    begun[3]?.end();
    await settled();
    expect(callers().slice(20)).to.deep.equal([20, 21]);
    for (let i = 0; i < 50; i += 1) {
      begun[i]?.end();
      await settled();
    }
    expect(callers()).to.deep.equal(Array.from({ length: 50 }, (_, caller) => caller));
    void ask(50);
    await settled();
    expect(begun).to.have.length(51);
  });

  it('gives no turn to those who have waited too long', async () => {
    const { clock, begun, refused, callers, ask } = openTurns();
    for (let caller = 0; caller < 25; caller += 1) void ask(caller);
    await settled();
    clock.advance(30_001);
    void ask(25);
    begun[0]?.end();
    await settled();
    expect(refused).to.deep.equal(
      [20, 21, 22, 23, 24].map((caller) => `${caller} No connection could be made in time`),
    );
    expect(callers().slice(20)).to.deep.equal([25]);
  });

  it('keeps no place for those who stop waiting', async () => {
    const { begun, refused, callers, ask } = openTurns();
    const stop = new AbortController();
    for (let caller = 0; caller < 20; caller += 1) void ask(caller);
    void ask(20, stop.signal);
    void ask(21);
    await settled();
    stop.abort(new Error('stopped'));
    begun[0]?.end();
    void ask(22, stop.signal);
    await settled();
    expect(refused).to.deep.equal(['20 stopped', '22 stopped']);
    expect(callers().slice(20)).to.deep.equal([21]);
  });
});
