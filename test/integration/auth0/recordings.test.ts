import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { z } from 'zod';
import type { Tenant } from '../../../src/sync/tenant.ts';
import { clientOf, never } from './open.ts';
import { json, startScriptedServer } from './scripted-server.ts';

const RECORDED = new URL('../../../../shared/data/auth0-recordings.json', import.meta.url);

const Answer = z
  .looseObject({ id: z.string(), name: z.string(), display_name: z.string() })
  .partial();
const Exchange = z.object({
  method: z.string(),
  path: z.string(),
  body: z.unknown().optional(),
  status: z.number(),
  answer: z.unknown().optional(),
});
type Exchange = z.infer<typeof Exchange>;
const Recordings = z.object({
  recordings: z.array(z.object({ recording: z.string(), exchanges: z.array(Exchange) })),
});

/** What the client makes of one recorded answer, and what it should be. */
type Check = (tenant: Tenant, exchange: Exchange, id: string) => Promise<void>;

function rowOf(exchange: Exchange): object {
  const { id, name, display_name: displayName } = Answer.parse(exchange.answer);
  return { id, name, displayName, metadata: {} };
}

const CHECKS: readonly (readonly [RegExp, Check])[] = [
  [
    /^POST \/organizations$/,
    async (tenant, exchange) => {
      const body = { name: 'n', displayName: 'd', metadata: {}, connections: [] };
      const created = await tenant.createOrganization(body, never);
      expect(created).to.deep.equal(rowOf(exchange));
    },
  ],
  [
    /^GET \/organizations$/,
    async (tenant, exchange) => {
      const Page = z.object({ organizations: z.array(z.object({ name: z.string() })) });
      const { organizations } = Page.parse(exchange.answer);
      // The server has this one page only.
      const names: string[] = [];
      for await (const page of tenant.listOrganizations(never)) {
        names.push(...page.map(({ name }) => name));
        break;
      }
      expect(names).to.deep.equal(organizations.map(({ name }) => name));
    },
  ],
  [
    /^GET \/organizations\/(?<id>org_\w+)$/,
    async (tenant, exchange, id) => {
      const read = await tenant.readOrganization(id, never);
      expect(read).to.deep.equal(
        exchange.status === 404 ? undefined : { ...rowOf(exchange), body: exchange.answer },
      );
    },
  ],
  [
    /^GET \/organizations\/name\/(?<id>[\w-]+)$/,
    async (tenant, exchange, name) => {
      expect(await tenant.readOrganizationByName(name, never)).to.deep.equal(rowOf(exchange));
    },
  ],
  [
    /^PATCH \/organizations\/(?<id>org_\w+)$/,
    async (tenant, exchange, id) => {
      const updated = await tenant.updateOrganization(id, { displayName: 'd' }, never);
      expect(updated).to.deep.equal(rowOf(exchange));
    },
  ],
  [
    /^DELETE \/organizations\/(?<id>org_\w+)$/,
    async (tenant, exchange, id) => {
      const expected = exchange.status === 404 ? 'gone' : 'deleted';
      expect(await tenant.deleteOrganization(id, never)).to.equal(expected);
    },
  ],
  [
    /^GET \/organizations\/(?<id>org_\w+)\/enabled_connections$/,
    async (tenant, exchange, id) => {
      const Page = z.object({
        enabled_connections: z.array(
          z.object({ connection_id: z.string(), assign_membership_on_login: z.boolean() }),
        ),
      });
      const rows = Page.parse(exchange.answer).enabled_connections;
      expect(rows).not.to.deep.equal([]);
      expect(await tenant.listEnabledConnections(id, never)).to.deep.equal(
        rows.map((row) => ({
          connectionId: row.connection_id,
          assignMembershipOnLogin: row.assign_membership_on_login,
        })),
      );
    },
  ],
  [
    /^POST \/organizations\/(?<id>org_\w+)\/enabled_connections$/,
    async (tenant, _exchange, id) => {
      const connection = { connectionId: 'con_1', assignMembershipOnLogin: true };
      await tenant.enableConnection(id, connection, never);
    },
  ],
  [
    /^POST \/oauth\/token$/,
    async (tenant) => {
      await tenant.requireScopes([], never);
      expect(tenant.requestCount()).to.equal(1);
    },
  ],
];

describe('auth0: recorded answers of a real tenant', () => {
  if (!existsSync(RECORDED)) {
    it.skip('no recordings beside the checkout: ../shared/data/auth0-recordings.json');
    return;
  }
  const { recordings } = Recordings.parse(JSON.parse(readFileSync(RECORDED, 'utf8')));
  for (const { recording, exchanges } of recordings) {
    it(recording, async () => {
      let checked = 0;
      for (const exchange of exchanges) checked += (await check(exchange)) ? 1 : 0;
      expect(checked).to.be.above(0);
    });
  }
});

async function check(exchange: Exchange): Promise<boolean> {
  const line = `${exchange.method} ${exchange.path.replace('/api/v2', '')}`;
  const found = CHECKS.find(([pattern]) => pattern.test(line));
  if (!found) return false;
  const answersToken = line === 'POST /oauth/token';
  await using server = await startScriptedServer(
    (_seen, response) => {
      if (exchange.answer === undefined) response.writeHead(exchange.status).end();
      else json(response, exchange.answer, exchange.status);
    },
    answersToken ? { token: (response) => json(response, exchange.answer, exchange.status) } : {},
  );
  const { tenant } = await clientOf(server.host);
  const [pattern, act] = found;
  await act(tenant, exchange, pattern.exec(line)?.groups?.['id'] ?? '');
  return true;
}
