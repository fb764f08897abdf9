import { expect } from 'chai';
import { openRequestLog, type Arrival } from '../../sandbox/request-log.ts';

const ARRIVAL: Arrival = {
  at: 1,
  method: 'GET',
  path: '/things/{id}',
  url: '/things/1',
  endpoint: 'byId',
  correlationId: 'abc',
};

describe('sandbox: the record of requests', () => {
  it('shows a request at once, and its status when it is known', () => {
    const log = openRequestLog(10);
    const complete = log.open(ARRIVAL);
    expect(log.all()).to.deep.equal([{ ...ARRIVAL, status: 0, fault: undefined }]);
    expect(log.counts()).to.deep.equal({});
    complete(503, 'status');
    expect(log.all()).to.deep.equal([{ ...ARRIVAL, status: 503, fault: 'status' }]);
    expect(log.counts()).to.deep.equal({ byId: { 503: 1 } });
  });

  it('counts by any fields', () => {
    const log = openRequestLog(10);
    log.open(ARRIVAL)(200, undefined);
    log.open({ ...ARRIVAL, method: 'PATCH', endpoint: 'writes' })(200, undefined);
    log.open({ ...ARRIVAL, method: 'DELETE', endpoint: 'writes' })(404, undefined);
    expect(log.count()).to.equal(3);
    expect(log.count({ endpoint: 'writes' })).to.equal(2);
    expect(log.count({ endpoint: 'writes', status: 404 })).to.equal(1);
    expect(log.count({ method: 'POST' })).to.equal(0);
    expect(log.counts()).to.deep.equal({ byId: { 200: 1 }, writes: { 200: 1, 404: 1 } });
  });

  it('keeps the latest and counts all', () => {
    const log = openRequestLog(10);
    for (let at = 0; at < 1000; at += 1) log.open({ ...ARRIVAL, at })(200, undefined);
    expect(log.all().length).to.be.within(10, 120);
    expect(log.all().at(-1)?.at).to.equal(999);
    expect(log.counts()).to.deep.equal({ byId: { 200: 1000 } });
    log.clear();
    expect(log.all()).to.deep.equal([]);
    expect(log.counts()).to.deep.equal({});
  });
});
