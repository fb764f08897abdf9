import { expect } from 'chai';
import type { Call, Route } from '../../sandbox/exchange.ts';
import { openFaultSwitch } from '../../sandbox/faults.ts';

const ROUTE: Route = {
  template: '/things/{id}',
  endpoint: 'byId',
  answer: () => ({ status: 200 }),
};

function call(method = 'GET', path = '/things/1', query = ''): Call {
  return {
    method,
    path,
    query: new URLSearchParams(query),
    headers: {},
    body: Buffer.alloc(0),
    tooLarge: false,
  };
}

describe('sandbox: the fault switch', () => {
  it('makes a fault as often as asked, then no more', () => {
    const faults = openFaultSwitch();
    faults.fault('*', 'reset', 2);
    const kinds = [1, 2, 3].map(() => faults.take(call(), ROUTE)?.kind);
    expect(kinds).to.deep.equal(['reset', 'reset', undefined]);
  });

  it('makes the earlier fault first', () => {
    const faults = openFaultSwitch();
    faults.fault('GET /things/{id}', { kind: 'status', status: 503 });
    faults.fault('*', 'hang');
    expect(faults.take(call(), ROUTE)).to.deep.equal({ kind: 'status', status: 503 });
    expect(faults.take(call(), ROUTE)).to.deep.equal({ kind: 'hang' });
  });

  it('meets only requests that match in every field', () => {
    const faults = openFaultSwitch();
    faults.fault({ method: 'POST', path: '/things/1', query: { page: '2' } }, 'reset');
    expect(faults.take(call('GET', '/things/1', 'page=2'), ROUTE)).to.equal(undefined);
    expect(faults.take(call('POST', '/things/2', 'page=2'), ROUTE)).to.equal(undefined);
    expect(faults.take(call('POST', '/things/1', 'page=1'), ROUTE)).to.equal(undefined);
    expect(faults.take(call('POST', '/things/1', 'page=2'), ROUTE)?.kind).to.equal('reset');
  });

  it('matches templates, paths and endpoints', () => {
    for (const match of ['* /things/{id}', 'GET /things/1', { endpoint: 'byId' }, {}]) {
      const faults = openFaultSwitch();
      faults.fault(match, 'reset');
      expect(faults.take(call(), ROUTE)?.kind).to.equal('reset');
    }
    const faults = openFaultSwitch();
    faults.fault({ endpoint: 'list' }, 'reset');
    expect(faults.take(call(), ROUTE)).to.equal(undefined);
  });

  it('lets some pass first', () => {
    const faults = openFaultSwitch();
    faults.fault({ skip: 2 }, 'reset');
    const kinds = [1, 2, 3, 4].map(() => faults.take(call(), ROUTE)?.kind);
    expect(kinds).to.deep.equal([undefined, undefined, 'reset', undefined]);
  });

  it('goes on for ever with Infinity, until cleared', () => {
    const faults = openFaultSwitch();
    faults.fault('*', 'reset', Infinity);
    for (let n = 0; n < 100; n += 1) expect(faults.take(call(), ROUTE)?.kind).to.equal('reset');
    faults.clearFaults();
    expect(faults.take(call(), ROUTE)).to.equal(undefined);
  });

  it('refuses what cannot be meant', () => {
    const faults = openFaultSwitch();
    expect(() => faults.fault('things', 'reset')).to.throw('a match is "METHOD /path" or "*"');
    expect(() => faults.fault('GET things', 'reset')).to.throw('not "GET things"');
    expect(() => faults.fault('*', 'reset', 0)).to.throw('at least once, not 0 times');
  });
});
