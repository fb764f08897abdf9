import { expect } from 'chai';
import { startTheSandbox } from '../../sandbox/the/start.ts';
import { CREATE, failure, LIST, tenant } from './faulty-tenant.ts';
import { plainClient, see } from './plain-client.ts';

describe('sandbox: faults after the effect', () => {
  it('lost-answer: the effect happens, the connection breaks', async () => {
    await using t = await tenant();
    t.auth0.fault(CREATE, 'lost-answer');
    expect(await failure(t.client.post('/organizations', { name: 'acme' }))).to.equal('ECONNRESET');
    expect(t.auth0.organizations().map(({ name }) => name)).to.deep.equal(['acme']);
    expect((await t.client.post('/organizations', { name: 'acme' })).status).to.equal(409);
  });

  it('status-after-effect: the effect happens, the answer denies it', async () => {
    await using t = await tenant();
    t.auth0.fault(CREATE, { kind: 'status-after-effect', status: 502 });
    const seen = await t.client.post('/organizations', { name: 'acme' });
    expect(seen.status).to.equal(502);
    expect(seen.body).to.have.keys('statusCode', 'error', 'message');
    expect(t.auth0.organizations()).to.have.lengthOf(1);
  });

  it('reset-after-headers: the head arrives, then the connection breaks', async () => {
    await using t = await tenant();
    t.auth0.seed([{ name: 'acme' }]);
    t.auth0.fault(LIST, 'reset-after-headers');
    const response = await t.list();
    expect(response.status).to.equal(200);
    expect(await failure(response.text())).to.equal('ECONNRESET');
  });

  it('hang-in-body: half of the body arrives, then nothing until the client gives up', async () => {
    await using t = await tenant();
    t.auth0.seed([{ name: 'acme' }]);
    t.auth0.fault(LIST, 'hang-in-body');
    const giveUp = new AbortController();
    const response = await t.list(giveUp.signal);
    const reader = response.body?.getReader();
    const half = await reader?.read();
    expect(Buffer.from(half?.value ?? []).toString()).to.match(/^\{"organizations":\[\{/);
    expect(half?.value?.length).to.be.lessThan(Number(response.headers.get('content-length')));
    const rest = failure(reader?.read() ?? Promise.resolve());
    giveUp.abort();
    expect(await rest).to.equal('AbortError');
  });

  it('cut-body: the body ends before its announced length', async () => {
    await using t = await tenant();
    t.auth0.seed([{ name: 'acme' }]);
    t.auth0.fault(LIST, 'cut-body');
    const response = await t.list();
    expect(await failure(response.text())).to.not.equal('no failure');
  });

  it('garbage-json: a complete message that is half of the JSON', async () => {
    await using t = await tenant();
    t.auth0.seed([{ name: 'acme' }]);
    t.auth0.fault(LIST, 'garbage-json');
    const response = await t.list();
    expect(response.headers.get('content-type')).to.contain('application/json');
    expect(await failure(response.json())).to.equal('SyntaxError');
  });

  it('empty: 200 and no body', async () => {
    await using t = await tenant();
    t.auth0.fault(LIST, 'empty');
    const seen = await t.client.get('/organizations');
    expect([seen.status, seen.body]).to.deep.equal([200, undefined]);
    expect(seen.headers.get('content-length')).to.equal('0');
  });

  it('wrong-shape: JSON of another shape', async () => {
    await using t = await tenant();
    t.auth0.fault(LIST, 'wrong-shape');
    t.auth0.fault(LIST, { kind: 'wrong-shape', body: { organizations: {} } });
    t.auth0.fault(LIST, { kind: 'wrong-shape', body: null });
    const list = async () => (await t.client.get('/organizations?take=50')).body;
    expect(await list()).to.deep.equal({ data: { organizations: [] } });
    expect(await list()).to.deep.equal({ organizations: {} });
    expect(await list()).to.equal(null);
  });

  it('repeat-page: the page before is sent again', async () => {
    await using t = await tenant();
    t.auth0.seed([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
    const first = (await t.client.get('/organizations?take=1')).body;
    const second = `/organizations?take=1&from=${Object(first).next}`;
    t.auth0.fault(LIST, 'repeat-page');
    expect((await t.client.get(second)).body).to.deep.equal(first);
    expect((await t.client.get(second)).body).to.have.nested.property('organizations[0].name', 'b');
  });

  it('loop-cursor: next leads back to the same page', async () => {
    await using t = await tenant();
    t.auth0.seed([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
    t.auth0.fault(LIST, 'loop-cursor', Infinity);
    let { next } = Object((await t.client.get('/organizations?take=1')).body);
    for (let n = 0; n < 5; n += 1) {
      const { body } = await t.client.get(`/organizations?take=1&from=${next}`);
      expect(body).to.have.property('next', next);
      expect(body).to.have.nested.property('organizations[0].name', 'b');
      ({ next } = Object(body));
    }
  });

  it('gzip: the same body, compressed', async () => {
    await using t = await tenant();
    t.auth0.seed([{ name: 'acme' }]);
    const plain = (await t.client.get('/organizations')).body;
    t.auth0.fault(LIST, 'gzip');
    const seen = await t.client.get('/organizations');
    expect(seen.headers.get('content-encoding')).to.equal('gzip');
    expect(seen.body).to.deep.equal(plain);
  });

  it('delay: the answer comes late, the effect does not', async () => {
    const arrived = Promise.withResolvers<void>();
    await using t = await tenant({ onRequest: () => arrived.resolve() });
    t.auth0.fault(CREATE, { kind: 'delay', ms: 40 });
    const before = performance.now();
    const pending = t.client.post('/organizations', { name: 'acme' });
    await arrived.promise;
    await t.client.get('/connections');
    expect(t.auth0.organizations()).to.have.lengthOf(1);
    expect((await pending).status).to.equal(201);
    expect(performance.now() - before).to.be.at.least(39);
  });
});

describe('sandbox: faults of both services', () => {
  it('are made at THE as well', async () => {
    await using the = await startTheSandbox({ rows: [{ iid: 'i-1' }, { iid: 'i-2' }] });
    const page = (offset: number) => see(`${the.endpoint}?limit=1&offset=${offset}`);
    const first = (await page(0)).body;
    the.fault({ path: '/refdata/institutions', query: { offset: '1' } }, 'repeat-page');
    expect((await page(1)).body).to.deep.equal(first);
    the.fault('GET /refdata/institutions', 'wrong-shape');
    expect((await page(0)).body).to.deep.equal({ data: first });
    the.fault('*', { kind: 'status', status: 500 });
    expect((await page(0)).status).to.equal(500);
    the.fault('*', 'reset', Infinity);
    expect(await failure(page(0))).to.equal('ECONNRESET');
    the.clearFaults();
    expect((await page(0)).status).to.equal(200);
  });

  it('can be made for tokens', async () => {
    await using t = await tenant();
    t.auth0.fault('POST /oauth/token', { kind: 'status', status: 500 });
    const client = await plainClient(t.auth0.url);
    expect((await client.post('/oauth/token', {})).status).to.equal(500);
  });

  it('do not keep a sandbox from stopping', async () => {
    const arrived = Promise.withResolvers<void>();
    const t = await tenant({ onRequest: () => arrived.resolve() });
    t.auth0.fault(LIST, 'hang');
    const pending = failure(t.list());
    await arrived.promise;
    await t.auth0.stop();
    expect(await pending).to.not.equal('no failure');
    await t.auth0.stop();
  });
});
