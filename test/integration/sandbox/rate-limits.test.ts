import { expect } from 'chai';
import { startAuth0Sandbox, type Auth0Options } from '../../sandbox/auth0/start.ts';
import { plainClient, type Seen } from './plain-client.ts';

const NOON = Date.UTC(2026, 7, 3, 12);

async function tenant(options: Auth0Options = {}) {
  let time = NOON;
  const auth0 = await startAuth0Sandbox({ now: () => time, ...options });
  const client = await plainClient(`${auth0.url}/api/v2`, auth0.mintToken());
  return {
    auth0,
    client,
    pass(ms: number) {
      time += ms;
    },
    [Symbol.asyncDispose]: auth0[Symbol.asyncDispose],
  };
}

function limitsOf({ headers }: Seen): (string | null)[] {
  return ['limit', 'remaining', 'reset'].map((name) => headers.get(`x-ratelimit-${name}`));
}

describe('sandbox: rate limits over HTTP', () => {
  it('count creates, changes and deletions together, and refuse with 429', async () => {
    await using t = await tenant();
    const created = await t.client.post('/organizations', { name: 'a' });
    expect(limitsOf(created)).to.deep.equal(['5', '4', String(NOON / 1000 + 1)]);
    const { id } = t.auth0.organizations()[0] ?? {};
    await t.client.patch(`/organizations/${id}`, { display_name: 'A' });
    await t.client.post('/organizations', { name: 'b' });
    await t.client.post('/organizations', { name: 'c' });
    const last = await t.client.post('/organizations', { name: 'd' });
    expect(limitsOf(last)[1]).to.equal('0');

    const refused = await t.client.remove(`/organizations/${id}`);
    expect(refused.status).to.equal(429);
    expect(refused.body).to.have.keys('statusCode', 'error', 'message', 'errorCode');
    expect(refused.body).to.include({
      statusCode: 429,
      error: 'Too Many Requests',
      errorCode: 'too_many_requests',
    });
    expect(limitsOf(refused)).to.deep.equal(['5', '0', String(NOON / 1000 + 1)]);
    expect(refused.headers.get('retry-after')).to.equal(null);
    expect(t.auth0.organizations()).to.have.lengthOf(4);
    expect(t.auth0.tooManyRequests()).to.equal(1);
    expect(t.auth0.buckets().writes).to.deep.equal({
      limit: 5,
      remaining: 0,
      lowest: 0,
      refused: 1,
    });

    t.pass(400);
    expect((await t.client.remove(`/organizations/${id}`)).status).to.equal(204);
  });

  it('keep each family of endpoints apart', async () => {
    await using t = await tenant();
    const [id] = t.auth0.seed([{ name: 'acme' }]);
    const seen = [
      await t.client.get('/organizations?take=1'),
      await t.client.get(`/organizations/${id}`),
      await t.client.get('/organizations/name/acme'),
      await t.client.get(`/organizations/${id}/enabled_connections`),
      await t.client.get('/connections'),
      await t.client.post(`/organizations/${id}/enabled_connections`, {}),
      await t.client.patch(`/organizations/${id}`, {}),
    ];
    expect(seen.map((each) => limitsOf(each).slice(0, 2))).to.deep.equal([
      ['10', '9'],
      ['10', '9'],
      ['20', '19'],
      ['10', '9'],
      ['10', '8'],
      ['5', '4'],
      ['5', '4'],
    ]);
    expect(t.auth0.buckets().global).to.include({ remaining: 43 });
  });

  it('count refused requests too, whatever refused them', async () => {
    await using t = await tenant();
    const stranger = await plainClient(`${t.auth0.url}/api/v2`, 'a.b.c');
    const statuses: number[] = [];
    for (let n = 0; n < 12; n += 1) statuses.push((await stranger.get('/organizations')).status);
    expect(statuses).to.deep.equal([...Array.from({ length: 10 }, () => 401), 429, 429]);
    expect(t.auth0.requests.counts()).to.deep.equal({ list: { 401: 10, 429: 2 } });
  });

  it('send Retry-After where the tenant does', async () => {
    await using t = await tenant({ retryAfter: true, plan: 'essentials' });
    for (let n = 0; n < 5; n += 1) await t.client.get('/organizations');
    const refused = await t.client.get('/organizations');
    expect(refused.status).to.equal(429);
    expect(refused.headers.get('retry-after')).to.equal('2');
  });

  it('refill at the top of the minute where the tenant does', async () => {
    await using t = await tenant({
      refill: 'top-of-minute',
      limits: { list: { burst: 1, perMinute: 2 } },
    });
    t.pass(20_000);
    const reset = String(NOON / 1000 + 60);
    expect(limitsOf(await t.client.get('/organizations'))).to.deep.equal(['2', '1', reset]);
    await t.client.get('/organizations');
    expect((await t.client.get('/organizations')).status).to.equal(429);
    t.pass(40_000);
    expect((await t.client.get('/organizations')).status).to.equal(200);
  });

  it('refill at whole seconds where the tenant does', async () => {
    await using t = await tenant({
      refill: 'per-second',
      limits: { list: { burst: 1, perMinute: 60 } },
    });
    t.pass(700);
    expect(limitsOf(await t.client.get('/organizations'))[2]).to.equal(String(NOON / 1000 + 1));
    expect((await t.client.get('/organizations')).status).to.equal(429);
    t.pass(300);
    expect((await t.client.get('/organizations')).status).to.equal(200);
  });

  it('may include a bucket of which no header tells', async () => {
    await using t = await tenant({ hiddenLimit: { burst: 1, perMinute: 60 } });
    expect(limitsOf(await t.client.get('/organizations'))[1]).to.equal('9');
    const refused = await t.client.get('/organizations');
    expect(refused.status).to.equal(429);
    expect(limitsOf(refused)).to.deep.equal([null, null, null]);
  });

  it('know only the global bucket on the free plan', async () => {
    await using t = await tenant({ plan: 'free' });
    expect(limitsOf(await t.client.get('/organizations'))).to.deep.equal([
      '2',
      '1',
      String(NOON / 1000 + 1),
    ]);
    await t.client.post('/organizations', { name: 'a' });
    const refused = await t.client.get('/connections');
    expect(refused.body).to.include({ message: 'Global limit has been reached' });
  });

  it('are not there at all on no plan', async () => {
    await using t = await tenant({ plan: 'none' });
    for (let n = 0; n < 60; n += 1) {
      const seen = await t.client.post('/organizations', { name: `o${n}` });
      expect(seen.status).to.equal(201);
      expect(limitsOf(seen)).to.deep.equal([null, null, null]);
    }
  });

  it('hold for tokens too', async () => {
    await using t = await tenant({ limits: { token: { burst: 2, perMinute: 60 } } });
    const client = await plainClient(t.auth0.url);
    await client.post('/oauth/token', {});
    await client.post('/oauth/token', {});
    const refused = await client.post('/oauth/token', {});
    expect(refused.status).to.equal(429);
    expect(refused.body).to.have.keys('error', 'error_description');
    expect(refused.headers.get('x-ratelimit-remaining')).to.equal('0');
    expect((await t.client.get('/organizations')).status).to.equal(200);
  });

  it('are shared with other clients of the tenant', async () => {
    await using t = await tenant();
    const competitor = t.auth0.competitor({ bucket: 'writes', share: 1, atATime: 5 });
    t.pass(2000);
    const refused = await t.client.post('/organizations', { name: 'a' });
    expect(refused.status).to.equal(429);
    expect(competitor.stop()).to.deep.equal({ asked: 5, served: 5, refused: 0 });
  });

  it('tell a client of a faster tenant the truth in its own time', async () => {
    await using auth0 = await startAuth0Sandbox({
      timeScale: 600,
      fractionalReset: true,
      limits: { list: { burst: 1, perMinute: 60 } },
    });
    const client = await plainClient(`${auth0.url}/api/v2`, auth0.mintToken());
    for (let n = 0; n < 20; n += 1) {
      const reset = Number((await client.get('/organizations')).headers.get('x-ratelimit-reset'));
      while (Date.now() / 1000 < reset) await new Promise(setImmediate);
    }
    expect(auth0.tooManyRequests()).to.equal(0);
  });
});
