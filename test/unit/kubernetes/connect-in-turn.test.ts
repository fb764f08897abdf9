import { expect } from 'chai';
import type { buildConnector } from 'undici';
import { connectInTurn } from '../../../src/kubernetes/connect-in-turn.ts';
import { createManualClock } from './manual-clock.ts';

/** A connector whose connections are made, or fail, when the test says so. */
function openTurns() {
  const clock = createManualClock();
  const begun: { readonly port: string; readonly fail: () => void }[] = [];
  const ended: string[] = [];
  const connect = connectInTurn((options, callback) => {
    begun.push({ port: options.port, fail: () => callback(new Error('refused'), null) });
  }, clock);

  function ask(port: number): void {
    const options: buildConnector.Options = {
      hostname: 'h',
      protocol: 'https:',
      port: String(port),
    };
    connect(options, (...[error]) => {
      ended.push(`${port} ${error?.message ?? 'connected'}`);
    });
  }

  return { clock, begun, ended, ask };
}

describe('connectInTurn', () => {
  it('makes twenty at a time, in the order of asking', () => {
    const { begun, ended, ask } = openTurns();
    for (let port = 0; port < 50; port += 1) ask(port);
    expect(begun).to.have.length(20);
    begun[7]?.fail();
    begun[3]?.fail();
    expect(ended).to.deep.equal(['7 refused', '3 refused']);
    expect(begun.map(({ port }) => port).slice(20)).to.deep.equal(['20', '21']);
    for (let i = 0; i < 50; i += 1) if (i !== 7 && i !== 3) begun[i]?.fail();
    expect(ended).to.have.length(50);
    ask(50);
    expect(begun).to.have.length(51);
  });

  it('makes none for those who have waited too long', () => {
    const { clock, begun, ended, ask } = openTurns();
    for (let port = 0; port < 25; port += 1) ask(port);
    clock.advance(30_001);
    ask(25);
    begun[0]?.fail();
    expect(ended).to.deep.equal([
      '0 refused',
      ...[20, 21, 22, 23, 24].map((port) => `${port} No connection could be made in time`),
    ]);
    expect(begun.map(({ port }) => port).slice(20)).to.deep.equal(['25']);
  });

  it('takes a request that begins while another fails', () => {
    const { begun, ask, ended } = openTurns();
    for (let port = 0; port < 21; port += 1) ask(port);
    begun[0]?.fail();
    ask(21);
    begun[1]?.fail();
    expect(begun.map(({ port }) => port).slice(20)).to.deep.equal(['20', '21']);
    expect(ended).to.have.length(2);
  });
});
