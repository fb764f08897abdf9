import { expect } from 'chai';
import { CREATE, failure, LIST, tenant } from './faulty-tenant.ts';

describe('sandbox: faults before the service', () => {
  it('status: an error of any kind, without effect, then back to normal', async () => {
    await using t = await tenant();
    t.auth0.fault(CREATE, { kind: 'status', status: 503, body: { message: 'down' } }, 2);
    for (let n = 0; n < 2; n += 1) {
      const seen = await t.client.post('/organizations', { name: 'acme' });
      expect(seen.status).to.equal(503);
      expect(seen.body).to.deep.equal({ message: 'down' });
    }
    expect(t.auth0.organizations()).to.deep.equal([]);
    expect((await t.client.post('/organizations', { name: 'acme' })).status).to.equal(201);
    expect(t.auth0.requests.all().map(({ status, fault }) => [status, fault])).to.deep.equal([
      [503, 'status'],
      [503, 'status'],
      [201, undefined],
    ]);
  });

  it('reset: the connection breaks before anything happens', async () => {
    await using t = await tenant();
    t.auth0.fault(CREATE, 'reset');
    expect(await failure(t.client.post('/organizations', { name: 'acme' }))).to.equal('ECONNRESET');
    expect(t.auth0.organizations()).to.deep.equal([]);
    expect(t.auth0.requests.all()[0]).to.include({ status: 0, fault: 'reset' });
    expect((await t.client.get('/organizations')).status).to.equal(200);
  });

  it('hang: nothing comes until the client gives up', async () => {
    const arrived = Promise.withResolvers<void>();
    await using t = await tenant({ onRequest: () => arrived.resolve() });
    t.auth0.fault(LIST, 'hang');
    const giveUp = new AbortController();
    let settled = false;
    const pending = failure(t.list(giveUp.signal)).finally(() => {
      settled = true;
    });
    await arrived.promise;
    // Whole exchanges of others go by meanwhile.
    for (let n = 0; n < 5; n += 1)
      expect((await t.client.get('/connections')).status).to.equal(200);
    expect(settled).to.equal(false);
    giveUp.abort();
    expect(await pending).to.equal('AbortError');
  });

  it('html: a page with status 200', async () => {
    await using t = await tenant();
    t.auth0.fault(LIST, 'html');
    const seen = await t.client.get('/organizations');
    expect(seen.status).to.equal(200);
    expect(seen.headers.get('content-type')).to.contain('text/html');
    expect(seen.body).to.match(/^<!DOCTYPE html>/);
  });

  it('redirect: elsewhere', async () => {
    await using t = await tenant();
    t.auth0.fault(LIST, { kind: 'redirect', location: 'https://elsewhere.invalid/' });
    t.auth0.fault(LIST, { kind: 'redirect', location: '/login', status: 308 });
    const [one, two] = [await t.client.get('/organizations'), await t.client.get('/organizations')];
    expect([one.status, one.headers.get('location')]).to.deep.equal([
      302,
      'https://elsewhere.invalid/',
    ]);
    expect([two.status, two.headers.get('location')]).to.deep.equal([308, '/login']);
  });

  it('too-many-requests: a storm of 429, with headers or without', async () => {
    const now = Date.UTC(2026, 7, 3);
    await using t = await tenant({ now: () => now });
    t.auth0.fault('*', 'too-many-requests', 3);
    t.auth0.fault('*', { kind: 'too-many-requests', headers: true, waitSeconds: 7 });
    t.auth0.fault('*', { kind: 'too-many-requests', retryAfter: '9' });
    const storm = [];
    for (let n = 0; n < 6; n += 1) storm.push(await t.client.get('/organizations'));
    expect(storm.map(({ status }) => status)).to.deep.equal([429, 429, 429, 429, 429, 200]);
    expect(storm[0]?.headers.get('x-ratelimit-remaining')).to.equal(null);
    expect(storm[0]?.body).to.include({ errorCode: 'too_many_requests' });
    expect(storm[3]?.headers.get('x-ratelimit-reset')).to.equal(String(now / 1000 + 7));
    expect(storm[3]?.headers.get('x-ratelimit-remaining')).to.equal('0');
    expect(storm[4]?.headers.get('retry-after')).to.equal('9');
    expect(t.auth0.tooManyRequests()).to.equal(5);
  });
});
