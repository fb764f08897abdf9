import { expect } from 'chai';
import { z } from 'zod';
import { startAuth0Sandbox, type Auth0Options } from '../../sandbox/auth0/start.ts';
import { plainClient, type PlainClient } from './plain-client.ts';

const Page = z.object({
  organizations: z.array(z.object({ id: z.string(), name: z.string() })),
  next: z.string().optional(),
});
type Page = z.infer<typeof Page>;

async function tenant(count: number, options: Auth0Options = {}) {
  const auth0 = await startAuth0Sandbox({ plan: 'none', ...options });
  const names = Array.from({ length: count }, (_, n) => `o${count - n}`);
  const ids = auth0.seed(names.map((name) => ({ name })));
  const client = await plainClient(`${auth0.url}/api/v2`, auth0.mintToken());
  return { auth0, client, names, ids, [Symbol.asyncDispose]: auth0[Symbol.asyncDispose] };
}

async function page(client: PlainClient, query: string): Promise<Page> {
  const seen = await client.get(`/organizations?${query}`);
  expect(seen.status).to.equal(200);
  return Page.parse(seen.body);
}

async function all(client: PlainClient, query: string): Promise<Page[]> {
  const pages = [await page(client, query)];
  for (let next = pages[0]?.next; next; next = pages.at(-1)?.next) {
    pages.push(await page(client, `${query}&from=${encodeURIComponent(next)}`));
  }
  return pages;
}

function namesOf(pages: readonly Page[]): string[] {
  return pages.flatMap(({ organizations }) => organizations.map(({ name }) => name));
}

describe('sandbox: checkpoint paging', () => {
  it('lists everything once, by time of creation; the last page has no next', async () => {
    await using t = await tenant(120);
    const pages = await all(t.client, 'take=50');
    expect(pages.map(({ organizations }) => organizations.length)).to.deep.equal([50, 50, 20]);
    expect(namesOf(pages)).to.deep.equal(t.names);
    expect(pages.at(-1)).to.have.keys('organizations');
  });

  it('ends on a full page when nothing follows it', async () => {
    await using t = await tenant(100);
    expect(await all(t.client, 'take=50')).to.have.lengthOf(2);
  });

  it('is an object also for an empty tenant', async () => {
    await using t = await tenant(0);
    expect(await page(t.client, 'take=50')).to.deep.equal({ organizations: [] });
  });

  it('sends at most 50 rows, though it accepts a take of 100', async () => {
    await using t = await tenant(120);
    expect((await page(t.client, 'take=100')).organizations).to.have.lengthOf(50);
    expect(await all(t.client, 'take=100')).to.have.lengthOf(3);
    expect(await all(t.client, 'take=7')).to.have.lengthOf(18);
  });

  it('ignores what belongs to offset paging', async () => {
    await using t = await tenant(3);
    const seen = await page(t.client, 'take=2&per_page=50&include_totals=true');
    expect(seen).to.have.keys('organizations', 'next');
    expect(seen.organizations).to.have.lengthOf(2);
  });

  it('is not shifted by removals, and finds what was created meanwhile at its end', async () => {
    await using t = await tenant(100);
    const first = await page(t.client, 'take=50');
    for (const id of t.ids.slice(0, 30)) t.auth0.removeOrganization(id);
    t.auth0.removeOrganization(t.ids[49] ?? '');
    t.auth0.seed([{ name: 'late' }]);
    const rest = await page(t.client, `take=100&from=${first.next}`);
    const last = await page(t.client, `take=100&from=${rest.next}`);
    expect(namesOf([rest])).to.deep.equal(t.names.slice(50));
    expect(namesOf([last])).to.deep.equal(['late']);
  });

  it('ends with an empty page when the rest was removed', async () => {
    await using t = await tenant(60);
    const { next } = await page(t.client, 'take=50');
    for (const id of t.ids.slice(50)) t.auth0.removeOrganization(id);
    expect(await page(t.client, `take=50&from=${next}`)).to.deep.equal({ organizations: [] });
  });

  it('keeps the order of creation when the clock stands still', async () => {
    await using t = await tenant(70, { now: () => Date.UTC(2026, 7, 3) });
    expect(namesOf(await all(t.client, 'take=3'))).to.deep.equal(t.names);
  });

  it('refuses a cursor that it never sent, and one that is a day old', async () => {
    let time = Date.now();
    await using t = await tenant(60, { now: () => time, tokenLifetimeSeconds: 1e6 });
    const { next } = await page(t.client, 'take=50');
    const strange = await t.client.get('/organizations?from=abc');
    expect(strange.status).to.equal(400);
    expect(strange.body).to.include({ errorCode: 'invalid_query_string' });
    time += 86_400_000;
    const client = await plainClient(`${t.auth0.url}/api/v2`, t.auth0.mintToken());
    const old = await client.get(`/organizations?take=50&from=${next}`);
    expect(old.status).to.equal(400);
    expect(old.body).to.include({ errorCode: 'invalid_paging' });
  });

  it('refuses a take of nothing, of too much, or of no number, and what it does not know', async () => {
    await using t = await tenant(1);
    for (const query of [
      'take=0',
      'take=101',
      'take=x',
      'take=-1',
      'limit=5',
      'take=5&sort=name',
    ]) {
      const seen = await t.client.get(`/organizations?${query}`);
      expect(seen.body, query).to.include({ statusCode: 400, errorCode: 'invalid_query_string' });
    }
  });
});

describe('sandbox: offset paging', () => {
  it('sends a bare array, or totals where they are asked for', async () => {
    await using t = await tenant(120);
    const bare = await t.client.get('/organizations');
    expect(bare.body).to.be.an('array').with.lengthOf(50);
    const totals = await t.client.get('/organizations?page=2&per_page=50&include_totals=true');
    expect(totals.body).to.include({ start: 100, limit: 50, total: 120 });
    expect(totals.body).to.have.property('organizations').with.lengthOf(20);
  });

  it('goes no further than 1,000 rows', async () => {
    await using t = await tenant(1100);
    const last = await t.client.get('/organizations?page=9&per_page=100');
    expect(last.body).to.be.an('array').with.lengthOf(100);
    for (const query of ['page=10&per_page=100', 'page=20&per_page=50', 'page=20']) {
      const seen = await t.client.get(`/organizations?${query}`);
      expect(seen.status).to.equal(400);
      expect(seen.body).to.have.property('errorCode', 'invalid_paging');
      expect(seen.body).to.have.property('message').that.contains('maximum of 1000 records');
    }
  });

  it('refuses what is no page', async () => {
    await using t = await tenant(1);
    for (const query of ['page=-1', 'per_page=101', 'per_page=x', 'include_totals=yes']) {
      const seen = await t.client.get(`/organizations?${query}`);
      expect(seen.body, query).to.include({ statusCode: 400, errorCode: 'invalid_query_string' });
    }
  });
});
