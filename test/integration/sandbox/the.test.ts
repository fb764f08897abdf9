import { expect } from 'chai';
import { institutions } from '../../sandbox/institutions.ts';
import { startTheSandbox, type TheOptions } from '../../sandbox/the/start.ts';
import { see, type Seen } from './plain-client.ts';

async function listing(options: TheOptions = {}) {
  const the = await startTheSandbox({ rows: institutions(250), ...options });
  const page = (limit: number | string, offset: number | string, etag?: string): Promise<Seen> =>
    see(`${the.endpoint}?limit=${limit}&offset=${offset}`, {
      headers: etag === undefined ? {} : { 'if-none-match': etag },
    });
  return { the, page, [Symbol.asyncDispose]: the[Symbol.asyncDispose] };
}

describe('sandbox: THE', () => {
  it('lists institutions by limit and offset; past the end a page is empty', async () => {
    await using t = await listing();
    const first = await t.page(100, 0);
    expect(first.status).to.equal(200);
    expect(first.body).to.deep.equal({ rowCount: 100, rows: institutions(250).slice(0, 100) });
    const last = await t.page(100, 200);
    expect(last.body).to.have.property('rows').with.lengthOf(50);
    expect((await t.page(100, 250)).body).to.deep.equal({ rowCount: 0, rows: [] });
  });

  it('counts the page’s rows or all of them', async () => {
    await using t = await listing({ rowCount: 'total' });
    expect((await t.page(100, 200)).body).to.include({ rowCount: 250 });
    expect((await t.page(100, 300)).body).to.deep.equal({ rowCount: 250, rows: [] });
  });

  it('may cap its pages', async () => {
    await using t = await listing({ maxPageSize: 30 });
    expect((await t.page(4000, 0)).body)
      .to.have.property('rows')
      .with.lengthOf(30);
  });

  it('answers 304 to a page that has not changed', async () => {
    await using t = await listing();
    const etag = (await t.page(100, 100)).headers.get('etag') ?? '';
    expect(etag).to.match(/^"[\w-]+"$/);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const seen = await t.page(100, 100, known);
      expect(seen.status, known).to.equal(304);
      expect(seen.body).to.equal(undefined);
      expect(seen.headers.get('etag')).to.equal(etag);
    }
    expect((await t.page(100, 0, etag)).status).to.equal(200);
    t.the.setRows(t.the.rows().with(120, { iid: 'i-1', name: 'New' }));
    expect((await t.page(100, 100, etag)).status).to.equal(200);
    expect(
      (await t.page(100, 0, (await t.page(100, 0)).headers.get('etag') ?? '')).status,
    ).to.equal(304);
  });

  it('may know no ETag', async () => {
    await using t = await listing({ etag: false });
    const seen = await t.page(100, 0, '*');
    expect(seen.status).to.equal(200);
    expect(seen.headers.get('etag')).to.equal(null);
  });

  it('takes other rows at any time', async () => {
    await using t = await listing();
    t.the.setRows([{ iid: 7, name: null }]);
    expect((await t.page(100, 0)).body).to.deep.equal({
      rowCount: 1,
      rows: [{ iid: 7, name: null }],
    });
    t.the.setRows([]);
    expect((await t.page(100, 0)).body).to.deep.equal({ rowCount: 0, rows: [] });
  });

  it('may list the same rows in another order', async () => {
    await using t = await listing();
    t.the.shuffle(1);
    const shuffled = await t.page(250, 0);
    expect(shuffled.body).to.not.deep.equal({ rowCount: 250, rows: institutions(250) });
    expect(t.the.rows()).to.have.deep.members([...institutions(250)]);
  });

  it('may do so for each listing, within which the order holds', async () => {
    await using t = await listing({ shuffleEachListing: true });
    const seen: unknown[] = [];
    for (const offset of [0, 100, 200])
      seen.push(Reflect.get(Object((await t.page(100, offset)).body), 'rows'));
    expect(seen.flat()).to.have.deep.members([...institutions(250)]);
    expect(seen.flat()).to.not.deep.equal(institutions(250));
    const again = await t.page(100, 0);
    expect(again.body).to.not.deep.equal({ rowCount: 100, rows: seen[0] });
  });

  it('refuses what is no page, and knows no other path', async () => {
    await using t = await listing();
    for (const [limit, offset] of [
      ['0', '0'],
      ['x', '0'],
      ['1', '-1'],
      ['1', ''],
    ] as const) {
      expect((await t.page(limit, offset)).status).to.equal(400);
    }
    expect((await see(`${t.the.url}/refdata`)).status).to.equal(404);
    expect((await see(t.the.endpoint, { method: 'POST' })).status).to.equal(404);
    expect((await see(t.the.endpoint)).body).to.include({ rowCount: 100 });
  });

  it('records requests and takes its time', async () => {
    await using t = await listing({ latencyMs: 30, now: () => 1000 });
    const before = performance.now();
    await t.page(10, 20);
    expect(performance.now() - before).to.be.at.least(29);
    expect(t.the.requests.all()).to.have.lengthOf(1);
    expect(t.the.requests.all()[0]).to.include({
      at: 1000,
      endpoint: 'institutions',
      url: '/refdata/institutions?limit=10&offset=20',
      status: 200,
    });
    expect(t.the.requests.counts()).to.deep.equal({ institutions: { 200: 1 } });
  });
});
