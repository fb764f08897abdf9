import { expect } from 'chai';
import nock from 'nock';
import { openSource } from '../../../src/institutions/listing.ts';
import { never, quickClock, recordingLog, rejection } from './open.ts';
import { rowsOf } from './the-server.ts';

const HOST = 'https://api.timeshighereducation.com';
const PATH = '/refdata/institutions';

function source(options: Partial<Parameters<typeof openSource>[0]> = {}) {
  return openSource({
    endpoint: HOST + PATH,
    pageSize: 20,
    minimum: 1,
    fields: [],
    clock: quickClock(),
    random: () => 0,
    log: recordingLog(),
    ...options,
  });
}

/** THE answers each offset with `{rowCount, rows}`, once. */
function pages(
  ...answers: readonly (readonly [offset: number, rowCount: number, rows: unknown[]])[]
) {
  for (const [offset, rowCount, rows] of answers) {
    nock(HOST).get(PATH).query({ limit: 20, offset }).reply(200, { rowCount, rows });
  }
}

describe('openSource', () => {
  before(() => nock.disableNetConnect());
  afterEach(() => {
    const pending = nock.pendingMocks();
    nock.cleanAll();
    expect(pending, 'requests that were not made').to.deep.equal([]);
  });
  after(() => nock.restore());
  before(() => {
    if (!nock.isActive()) nock.activate();
  });

  it('reads pages up to the first empty one', async () => {
    const rows = rowsOf(50);
    pages(
      [0, 20, rows.slice(0, 20)],
      [20, 20, rows.slice(20, 40)],
      [40, 10, rows.slice(40)],
      [50, 0, []],
    );
    const reader = source();
    const listing = await reader.list(never);
    expect(listing.institutions.map(({ id }) => id)).to.deep.equal(rows.map(({ iid }) => iid));
    expect(listing.skipped).to.deep.equal([]);
    expect(listing.digest).to.match(/^sha256:/);
    expect(reader.requestCount()).to.equal(4);
  });

  it('does not take a short page for the end', async () => {
    const rows = rowsOf(30);
    pages(
      [0, 5, rows.slice(0, 5)],
      [5, 20, rows.slice(5, 25)],
      [25, 5, rows.slice(25)],
      [30, 0, []],
    );
    expect((await source().list(never)).institutions).to.have.length(30);
  });

  it('takes rowCount for the total, with any rowCount at the end that fits', async () => {
    for (const last of [30, 0]) {
      const rows = rowsOf(30);
      pages([0, 30, rows.slice(0, 20)], [20, 30, rows.slice(20)], [30, last, []]);
      expect((await source().list(never)).institutions).to.have.length(30);
    }
  });

  it('accepts pages larger than it asked for', async () => {
    pages([0, 70, rowsOf(70)], [70, 70, []]);
    expect((await source().list(never)).institutions).to.have.length(70);
  });

  it('looks one page further when a full page stands last and nothing proves the end', async () => {
    pages([0, 20, rowsOf(20)], [20, 0, []], [40, 0, []]);
    expect((await source().list(never)).institutions).to.have.length(20);
  });

  it('does not look further when the total proves the end', async () => {
    pages([0, 20, rowsOf(20)], [20, 20, []]);
    expect((await source().list(never)).institutions).to.have.length(20);
  });

  it('notices an empty page between others, and reads once more', async () => {
    const rows = rowsOf(50);
    pages([0, 20, rows.slice(0, 20)], [20, 0, []], [40, 10, rows.slice(40)]);
    pages(
      [0, 20, rows.slice(0, 20)],
      [20, 20, rows.slice(20, 40)],
      [40, 10, rows.slice(40)],
      [50, 0, []],
    );
    expect((await source().list(never)).institutions).to.have.length(50);
  });

  it('says SourceInvalid when the empty page stays', async () => {
    const rows = rowsOf(50);
    for (let reading = 0; reading < 2; reading += 1) {
      pages([0, 20, rows.slice(0, 20)], [20, 0, []], [40, 10, rows.slice(40)]);
    }
    expect(await rejection(source().list(never))).to.include({
      reason: 'SourceInvalid',
      message:
        'The listing of https://api.timeshighereducation.com/refdata/institutions contradicts itself: an empty page stands before others. Nothing was changed. Ask Times Higher Education, or check the endpoint; the next sync tries again.',
    });
  });

  it('reads once more when the total changes meanwhile', async () => {
    const rows = rowsOf(31);
    pages([0, 30, rows.slice(0, 20)], [20, 31, rows.slice(20)]);
    pages([0, 31, rows.slice(0, 20)], [20, 31, rows.slice(20)], [31, 31, []]);
    const log = recordingLog();
    expect((await source({ log }).list(never)).institutions).to.have.length(31);
    expect(log.lines).to.deep.equal([
      'warn THE contradicts itself or changed while it was read; reading it once more {"endpoint":"https://api.timeshighereducation.com/refdata/institutions","contradiction":"rowCount is neither the number of rows of each page nor that of the listing"}',
    ]);
  });

  it('says SourceInvalid when fewer rows come than rowCount promises', async () => {
    for (let reading = 0; reading < 2; reading += 1) pages([0, 50, rowsOf(20)], [20, 50, []]);
    expect(await rejection(source().list(never)))
      .to.include({ reason: 'SourceInvalid' })
      .and.to.have.property('message')
      .that.includes('rowCount is neither');
  });

  it('says SourceInvalid for an iid that stands twice', async () => {
    const twice = [...rowsOf(5), ...rowsOf(1, 3)];
    for (let reading = 0; reading < 2; reading += 1) pages([0, 6, twice]);
    expect(await rejection(source().list(never)))
      .to.include({ reason: 'SourceInvalid' })
      .and.to.have.property('message')
      .that.includes('the same iid stands in more than one row');
  });

  it('notices an endpoint that ignores the offset, which would never end', async () => {
    for (let reading = 0; reading < 2; reading += 1)
      pages([0, 20, rowsOf(20)], [20, 20, rowsOf(20)]);
    expect(await rejection(source().list(never))).to.include({ reason: 'SourceInvalid' });
  });

  it('says SourceInvalid for no institutions at all', async () => {
    pages([0, 0, []]);
    expect(await rejection(source().list(never))).to.include({
      reason: 'SourceInvalid',
      message:
        'The listing of https://api.timeshighereducation.com/refdata/institutions has fewer institutions than institutions.minimum (1). Nothing was changed. Ask Times Higher Education, or check the endpoint; the next sync tries again.',
    });
  });

  it('accepts no institutions where the minimum is 0', async () => {
    pages([0, 0, []]);
    expect((await source({ minimum: 0 }).list(never)).institutions).to.deep.equal([]);
  });

  it('does not count skipped rows towards the minimum', async () => {
    pages([0, 3, [...rowsOf(2), { name: 'x' }]], [3, 0, []]);
    expect(await rejection(source({ minimum: 3 }).list(never))).to.include({
      reason: 'SourceInvalid',
    });
  });

  it('skips what cannot become an organization, and keeps the ids of such rows', async () => {
    const rows = [
      ...rowsOf(2),
      { iid: '../users', name: 'x' },
      { iid: 'a', name: ' ' },
      { name: 'y' },
    ];
    pages([0, 5, rows], [5, 0, []]);
    const { institutions, skipped } = await source().list(never);
    expect(institutions).to.have.length(2);
    expect(skipped.map(({ id }) => id)).to.deep.equal(['../users', 'a', undefined]);
  });

  it('keeps the chosen fields', async () => {
    pages([0, 1, rowsOf(1)], [1, 0, []]);
    const { institutions } = await source({ fields: ['phone', 'country', 'web'] }).list(never);
    expect(institutions[0]?.fields).to.deep.equal({ country: 'United Kingdom' });
  });

  it("keeps the endpoint's own query, and shows none of it", async () => {
    nock(HOST).get(PATH).query({ key: 'hidden-key', limit: 20, offset: 0 }).reply(403);
    const reader = source({ endpoint: `${HOST}${PATH}?key=hidden-key&limit=5` });
    const error = await rejection(reader.list(never));
    expect(error).to.include({ reason: 'SourceUnavailable', statusCode: 403 });
    expect(error).to.have.property('message').that.does.not.include('hidden-key');
  });

  it('sends what a polite client sends', async () => {
    nock(HOST, { reqheaders: { accept: 'application/json', 'user-agent': 'institution-sync' } })
      .get(PATH)
      .query(true)
      .reply(200, { rowCount: 0, rows: [] });
    await source({ minimum: 0 }).list(never);
  });

  for (const status of [400, 401, 403, 404, 410, 422]) {
    it(`gives up at once on ${status}`, async () => {
      nock(HOST).get(PATH).query(true).reply(status, 'no');
      const reader = source();
      expect(await rejection(reader.list(never))).to.include({
        reason: 'SourceUnavailable',
        statusCode: status,
        message: `https://api.timeshighereducation.com/refdata/institutions answered ${status}. Nothing was changed. Check the endpoint, and whether it may be read from here.`,
      });
      expect(reader.requestCount()).to.equal(1);
    });
  }

  for (const status of [408, 429, 500, 502, 503, 504, 599]) {
    it(`retries ${status}, waiting longer each time, then says SourceUnavailable`, async () => {
      nock(HOST).get(PATH).query(true).times(6).reply(status, 'later');
      const clock = quickClock();
      const reader = source({ clock, random: () => 1 });
      expect(await rejection(reader.list(never))).to.include({
        reason: 'SourceUnavailable',
        statusCode: status,
        message: `https://api.timeshighereducation.com/refdata/institutions answered ${status}. Nothing was changed. The next sync tries again. If this lasts, ask Times Higher Education.`,
      });
      expect(clock.waits).to.deep.equal([500, 1_000, 2_000, 4_000, 8_000]);
      expect(reader.requestCount()).to.equal(6);
    });
  }

  it('goes on when a retry succeeds, on any page', async () => {
    const rows = rowsOf(25);
    nock(HOST).get(PATH).query({ limit: 20, offset: 0 }).reply(500);
    pages([0, 20, rows.slice(0, 20)]);
    nock(HOST).get(PATH).query({ limit: 20, offset: 20 }).times(3).reply(429);
    pages([20, 5, rows.slice(20)], [25, 0, []]);
    const log = recordingLog();
    expect((await source({ log }).list(never)).institutions).to.have.length(25);
    expect(log.lines).to.have.length(4);
    expect(log.lines[0]).to.equal(
      'warn A page of THE could not be read; trying again {"endpoint":"https://api.timeshighereducation.com/refdata/institutions","offset":0,"reason":"SourceUnavailable","statusCode":500,"waitMs":250}',
    );
  });

  it('waits as long as Retry-After says, in seconds or as a date', async () => {
    const clock = { ...quickClock(), now: () => Date.parse('2026-08-01T00:00:00Z') };
    nock(HOST).get(PATH).query(true).reply(429, '', { 'Retry-After': '7' });
    nock(HOST)
      .get(PATH)
      .query(true)
      .reply(503, '', { 'Retry-After': 'Sat, 01 Aug 2026 00:00:30 GMT' });
    nock(HOST).get(PATH).query(true).reply(503, '', { 'Retry-After': 'soon' });
    pages([0, 1, rowsOf(1)], [1, 0, []]);
    await source({ clock, random: () => 1 }).list(never);
    expect(clock.waits).to.deep.equal([7_000, 30_000, 2_000]);
  });

  for (const seconds of [120, 3600]) {
    it(`does not wait two minutes in all, nor ${seconds} seconds at once`, async () => {
      nock(HOST)
        .get(PATH)
        .query(true)
        .reply(503, '', { 'Retry-After': String(seconds) });
      const clock = { ...quickClock(), now: () => 0 };
      const reader = source({ clock });
      expect(await rejection(reader.list(never))).to.include({ reason: 'SourceUnavailable' });
      expect(clock.waits).to.deep.equal([]);
    });
  }

  for (const [what, step, attempts] of [
    ['counts what failures take themselves', 50_000, 3],
    ['gives no more time when the clock is put back', -50_000, 6],
  ] as const) {
    it(what, async () => {
      nock(HOST).get(PATH).query(true).times(attempts).reply(503);
      let now = 1e9;
      const clock = { ...quickClock(), now: () => now };
      const reader = source({ clock, onRequest: () => (now += step) });
      expect(await rejection(reader.list(never))).to.include({ reason: 'SourceUnavailable' });
      expect(reader.requestCount()).to.equal(attempts);
    });
  }

  it('counts the waits of all pages together', async () => {
    const rows = rowsOf(60);
    for (const [offset, page] of [
      [0, rows.slice(0, 20)],
      [20, rows.slice(20, 40)],
    ] as const) {
      nock(HOST).get(PATH).query({ limit: 20, offset }).reply(503, '', { 'Retry-After': '50' });
      pages([offset, 20, page]);
    }
    nock(HOST).get(PATH).query({ limit: 20, offset: 40 }).reply(503, '', { 'Retry-After': '50' });
    const clock = quickClock();
    expect(await rejection(source({ clock }).list(never))).to.include({
      reason: 'SourceUnavailable',
    });
    expect(clock.waits).to.deep.equal([50_000, 50_000]);
  });

  it('reads for two hours at most', async () => {
    const start = 1e9;
    const hours = (count: number) => start + count * 3_600_000;
    // Asked at the start of the listing and before each page.
    const times = [start, start, hours(1), hours(2), hours(2) + 1];
    const rows = rowsOf(60);
    for (const offset of [0, 20, 40]) pages([offset, 20, rows.slice(offset, offset + 20)]);
    const clock = { ...quickClock(), now: () => times.shift() ?? Number.NaN };
    const reader = source({ clock });
    expect(await rejection(reader.list(never)))
      .to.include({ reason: 'SourceUnavailable' })
      .and.to.have.property('message')
      .that.contains('2 hours');
    expect(reader.requestCount()).to.equal(3);
  });

  for (const [what, status, body] of [
    ['HTML', 200, '<html><body>Log in</body></html>'],
    ['an empty body', 200, ''],
    ['half a page', 200, '{"rowCount":1,"rows":[{"iid":"a"'],
    ['another shape', 200, '{"data":[]}'],
    ['a row that is no object', 200, '{"rowCount":1,"rows":["x"]}'],
    ['204', 204, ''],
    ['304 to a request without a condition', 304, ''],
  ] as const) {
    it(`retries ${what}, then says SourceInvalid`, async () => {
      nock(HOST).get(PATH).query(true).times(6).reply(status, body);
      expect(await rejection(source().list(never))).to.include({
        reason: 'SourceInvalid',
        statusCode: status,
        message:
          "The answer of https://api.timeshighereducation.com/refdata/institutions is not a page of institutions: JSON with rowCount and rows, whole and in UTF-8. Check that the endpoint is THE's list of institutions. The next sync tries again.",
      });
    });
  }

  it('reads on after one unreadable page', async () => {
    nock(HOST).get(PATH).query(true).reply(200, '<html>');
    pages([0, 1, rowsOf(1)], [1, 0, []]);
    expect((await source().list(never)).institutions).to.have.length(1);
  });

  for (const status of [301, 302, 303, 307, 308]) {
    it(`does not follow a ${status}, and tells where it leads`, async () => {
      nock(HOST)
        .get(PATH)
        .query(true)
        .reply(status, '', { Location: 'https://elsewhere.example:8443/x?token=hidden' });
      const error = await rejection(source().list(never));
      expect(error).to.include({
        reason: 'SourceUnavailable',
        statusCode: status,
        message:
          "https://api.timeshighereducation.com/refdata/institutions redirects to elsewhere.example:8443, and redirects are not followed. Set institutions.endpoint to the address where THE's institutions are now.",
      });
    });
  }

  it('tells of a redirect that leads nowhere', async () => {
    nock(HOST).get(PATH).query(true).reply(302, '', { Location: 'http://[' });
    expect(await rejection(source().list(never)))
      .to.have.property('message')
      .that.includes('redirects elsewhere');
  });

  for (const endpoint of ['http://api.timeshighereducation.com/', 'ftp://x/', 'x', '']) {
    it(`refuses the endpoint ${JSON.stringify(endpoint)}`, () => {
      expect(() => source({ endpoint }))
        .to.throw('institutions.endpoint must be an https URL. Correct it.')
        .with.property('reason', 'InvalidSpec');
    });
  }

  it('reports each request with its status', async () => {
    nock(HOST).get(PATH).query(true).reply(500);
    nock(HOST)
      .get(PATH)
      .query(true)
      .replyWithError(Object.assign(new Error('x'), { code: 'ECONNRESET' }));
    pages([0, 1, rowsOf(1)], [1, 0, []]);
    const codes: string[] = [];
    const reader = source({ onRequest: (code) => codes.push(code) });
    await reader.list(never);
    expect(codes).to.deep.equal(['500', 'error', '200', '200']);
    expect(reader.requestCount()).to.equal(4);
  });

  it('rejects with the reason of a signal that is already aborted, without a request', async () => {
    const reason = new Error('over');
    const reader = source();
    expect(await rejection(reader.list(AbortSignal.abort(reason)))).to.equal(reason);
    expect(reader.requestCount()).to.equal(0);
  });
});
