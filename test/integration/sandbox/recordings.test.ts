import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { z } from 'zod';
import { ALL_SCOPES, startAuth0Sandbox } from '../../sandbox/auth0/start.ts';
import { plainClient, see, type PlainClient, type Seen } from './plain-client.ts';

const RECORDED = new URL('../../../../shared/data/auth0-recordings.json', import.meta.url);

const Exchange = z.object({
  method: z.enum(['GET', 'POST', 'PATCH', 'DELETE']),
  path: z.string(),
  query: z.string().optional(),
  body: z.unknown().optional(),
  status: z.number(),
  answer: z.unknown().optional(),
});
const Recordings = z.object({
  recordings: z.array(z.object({ recording: z.string(), exchanges: z.array(Exchange) })),
});
/** A recorded form body. */
const Form = z.strictObject({ __text: z.string() }).transform((form) => Object.values(form).join());
type Exchange = z.infer<typeof Exchange>;

/** What real tenants answer, in the fewest exchanges: it runs where no recording is at hand. */
const WRITTEN_BY_HAND: readonly Exchange[] = [
  {
    method: 'POST',
    path: '/api/v2/organizations',
    body: { name: 'acme', display_name: 'Acme', metadata: { a: '1', b: '2' } },
    status: 201,
    answer: { id: 'org_1', name: 'acme', display_name: 'Acme', metadata: { a: '1', b: '2' } },
  },
  {
    method: 'PATCH',
    path: '/api/v2/organizations/org_1',
    body: { metadata: { a: '1' } },
    status: 200,
    answer: { id: 'org_1', name: 'acme', display_name: 'Acme', metadata: { a: '1' } },
  },
  {
    method: 'PATCH',
    path: '/api/v2/organizations/org_1',
    body: { metadata: {} },
    status: 200,
    answer: { id: 'org_1', name: 'acme', display_name: 'Acme' },
  },
  {
    method: 'DELETE',
    path: '/api/v2/organizations/org_1',
    status: 204,
  },
  {
    method: 'DELETE',
    path: '/api/v2/organizations/org_1',
    status: 404,
    answer: {
      statusCode: 404,
      error: 'Not Found',
      message: 'No organization found by that id or name',
    },
  },
];

describe('sandbox: Auth0 answers as a real tenant was recorded to', () => {
  it('by hand: create, replace and remove metadata, delete twice', async () => {
    await replay(WRITTEN_BY_HAND);
  });

  if (!existsSync(RECORDED)) {
    it.skip('no recordings beside the checkout: ../shared/data/auth0-recordings.json');
    return;
  }
  const { recordings } = Recordings.parse(JSON.parse(readFileSync(RECORDED, 'utf8')));
  for (const { recording, exchanges } of recordings) {
    it(recording, () => replay(exchanges));
  }
});

/** Sends the exchanges to a fresh tenant; what it makes anew (ids, cursors, times) is translated. */
async function replay(exchanges: readonly Exchange[]): Promise<void> {
  await using auth0 = await startAuth0Sandbox({
    timeScale: 1000,
    audience: 'test-audience',
    clients: [{ clientId: 'test-client_id', clientSecret: 'test-client_secret', scopes: [] }],
  });
  const client = await plainClient(auth0.url, auth0.mintToken({ scopes: ALL_SCOPES }));
  const names = new Map<string, string>();
  const translate = (text: string): string =>
    [...names].reduce((sum, [theirs, ours]) => sum.replaceAll(theirs, ours), text);

  for (const exchange of exchanges) {
    const path = translate(exchange.path + (exchange.query ? `?${exchange.query}` : ''));
    const body: unknown =
      exchange.body === undefined
        ? undefined
        : JSON.parse(translate(JSON.stringify(exchange.body)));
    const seen = await send(client, auth0.url, exchange.method, path, body);
    expect(seen.status, `${exchange.method} ${path}`).to.equal(exchange.status);
    compare(exchange.answer, seen.body, '', names);
  }
}

function send(
  client: PlainClient,
  url: string,
  method: Exchange['method'],
  path: string,
  body: unknown,
): Promise<Seen> {
  const form = Form.safeParse(body).data;
  if (form !== undefined) return see(`${url}${path}`, { method, body: new URLSearchParams(form) });
  if (method === 'GET') return client.get(path);
  if (method === 'DELETE') return client.remove(path);
  return method === 'POST' ? client.post(path, body) : client.patch(path, body);
}

/** Made anew by each tenant; equal names keep their meaning through the rest of the recording. */
const MADE_ANEW = /^(id|connection_id|next)$/;
const OF_THE_MOMENT = /^(access_token|provisioning_ticket_url|deleted_at|limit)$/;

function compare(theirs: unknown, ours: unknown, key: string, names: Map<string, string>): void {
  if (typeof theirs === 'object' && theirs !== null) {
    expect(ours, key).to.have.all.keys(Object.keys(theirs));
    for (const [name, value] of Object.entries(theirs)) {
      compare(value, Reflect.get(Object(ours), name), Array.isArray(theirs) ? key : name, names);
    }
    return;
  }
  if (MADE_ANEW.test(key)) {
    const known = names.get(String(theirs));
    expect(ours, key).to.be.a('string');
    if (known !== undefined) expect(ours).to.equal(known);
    names.set(String(theirs), String(ours));
    return;
  }
  if (OF_THE_MOMENT.test(key)) expect(ours, key).to.be.a(typeof theirs);
  else expect(ours, key).to.equal(theirs);
}
