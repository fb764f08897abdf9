import { expect } from 'chai';
import { Fault } from '../../../src/api/fault.ts';
import type { FaultKind, FaultName } from '../../sandbox/fault-kinds.ts';
import { clientOf, listNames, never, organizations, rejection, sandboxed } from './open.ts';
import { json, startScriptedServer } from './scripted-server.ts';

const LIST = '/api/v2/organizations';
const row = { id: 'org_1', name: 'a' };

/** Answers with status 200 or no complete answer at all: nothing may be concluded from them. */
const SPOILT: readonly (FaultName | FaultKind)[] = [
  'html',
  'empty',
  'garbage-json',
  'cut-body',
  'reset-after-headers',
  'lost-answer',
  'reset',
  ...[
    null,
    true,
    'text',
    [],
    [row],
    {},
    { data: { organizations: [] } },
    { organizations: null },
    { organizations: {} },
    { organizations: [null] },
    { organizations: [row, {}] },
    { organizations: [{ ...row, id: '' }] },
    { organizations: [{ ...row, id: '..' }] },
    { organizations: [{ ...row, id: 'org_1/members' }] },
    { organizations: [{ ...row, name: '' }] },
    { organizations: [{ ...row, name: 5 }] },
    { organizations: [{ ...row, display_name: 5 }] },
    { organizations: [{ ...row, metadata: [] }] },
    { organizations: [{ ...row, metadata: { a: 1 } }] },
    { organizations: [{ ...row, metadata: { a: null } }] },
    { organizations: [], next: 7 },
    { organizations: [], next: {} },
  ].map((body) => ({ kind: 'wrong-shape' as const, body })),
];

function label(kind: FaultName | FaultKind): string {
  return typeof kind === 'string' ? kind : JSON.stringify('body' in kind ? kind.body : kind);
}

describe('auth0: answers that cannot be read', () => {
  for (const kind of SPOILT) {
    it(`${label(kind)}: once costs nothing, for ever it fails the listing`, async () => {
      await using t = await sandboxed();
      t.auth0.seed(organizations(120));
      const expected = t.auth0.organizations().map(({ name }) => name);
      t.auth0.fault({ path: LIST, skip: 1 }, kind);
      t.auth0.fault({ path: LIST, skip: 1 }, kind);
      expect(await listNames(t.tenant)).to.deep.equal(expected);
      expect(t.auth0.requests.count({ endpoint: 'list' })).to.equal(5);

      t.auth0.fault({ path: LIST, skip: 2 }, kind, Infinity);
      const names: string[] = [];
      const failure = await rejection(
        (async () => {
          for await (const page of t.tenant.listOrganizations(never)) {
            names.push(...page.map(({ name }) => name));
          }
        })(),
      );
      expect(failure).to.be.instanceOf(Fault).and.to.include({ reason: 'TargetUnavailable' });
      expect(names).to.deep.equal(expected.slice(0, 100));
      expect(t.auth0.requests.count({ endpoint: 'list' })).to.equal(5 + 2 + 7);
    });
  }

  it('text that is no UTF-8 is not repaired, a byte order mark is no harm', async () => {
    const broken = Buffer.from(
      JSON.stringify({ organizations: [{ ...row, name: 'aÿ' }] }),
      'latin1',
    );
    const marked = `\ufeff${JSON.stringify({ organizations: [row] })}`;
    await using server = await startScriptedServer((_seen, response, number) => {
      response.end(number === 1 ? broken : marked);
    });
    const { tenant, requests } = await clientOf(server.host);
    expect(await listNames(tenant)).to.deep.equal(['a']);
    expect(requests).to.deep.equal(['token 200', 'list 200', 'list 200']);
  });

  it('a cursor that was given before ends the listing with a fault', async () => {
    for (const kind of ['loop-cursor', 'repeat-page'] as const) {
      await using t = await sandboxed();
      t.auth0.seed(organizations(120));
      t.auth0.fault({ path: LIST, skip: 1 }, kind);
      const failure = await rejection(listNames(t.tenant));
      expect(failure).to.be.instanceOf(Fault).and.to.include({ reason: 'TargetUnavailable' });
      expect(failure).to.have.property('message').that.contains('in a circle');
      expect(t.auth0.requests.count({ endpoint: 'list' })).to.equal(2);
    }
  });

  it('a circle of several pages is one, too', async () => {
    const next: Record<string, string> = { '': 'a', a: 'b', b: 'c', c: 'a' };
    await using server = await startScriptedServer(({ url }, response) => {
      const from = new URL(url, 'https://x').searchParams.get('from') ?? '';
      json(response, { organizations: [row], next: next[from] });
    });
    const { tenant } = await clientOf(server.host);
    expect(await rejection(listNames(tenant))).to.include({ reason: 'TargetUnavailable' });
    expect(server.seen).to.have.length(4);
  });

  it('an empty page with a cursor is not the end', async () => {
    await using server = await startScriptedServer(({ url }, response) => {
      const isLast = url.includes('from=');
      json(response, isLast ? { organizations: [row] } : { organizations: [], next: 'n' });
    });
    const { tenant } = await clientOf(server.host);
    expect(await listNames(tenant)).to.deep.equal(['a']);
  });

  it('a cursor that Auth0 no longer knows is a fault', async () => {
    await using t = await sandboxed();
    t.auth0.seed(organizations(120));
    const refusal = {
      statusCode: 400,
      error: 'Bad Request',
      message: 'The checkpoint has expired',
    };
    t.auth0.fault({ path: LIST, skip: 1 }, { kind: 'status', status: 400, body: refusal });
    const failure = await rejection(listNames(t.tenant));
    expect(failure).to.include({ reason: 'TargetUnavailable', statusCode: 400 });
    expect(failure).to.have.property('message').that.contains('The checkpoint has expired');
  });

  for (const text of ['<h1>Not Found</h1>', '']) {
    it(`a missing organization is not concluded from 404 and ${text || 'nothing'}`, async () => {
      await using server = await startScriptedServer((_seen, response) => {
        response.writeHead(404).end(text);
      });
      const { tenant } = await clientOf(server.host);
      for (const asked of [
        tenant.readOrganization('org_1', never),
        tenant.readOrganizationByName('a', never),
        tenant.updateOrganization('org_1', { name: 'b' }, never),
        tenant.deleteOrganization('org_1', never),
      ]) {
        expect(await rejection(asked)).to.include({ name: 'Refusal', statusCode: 404 });
      }
      expect(await rejection(listNames(tenant))).to.include({ reason: 'TargetUnavailable' });
    });
  }
});

describe('auth0: lost answers to writes', () => {
  const body = { name: 'acme', displayName: 'Acme', metadata: {}, connections: [] };
  const KINDS = [
    'lost-answer',
    'reset-after-headers',
    'cut-body',
    'empty',
    'garbage-json',
  ] as const;
  for (const kind of [...KINDS, { kind: 'status-after-effect', status: 502 } as const]) {
    it(`${label(kind)}: a create becomes "taken", an update is repeated`, async () => {
      await using t = await sandboxed();
      t.auth0.fault(`POST ${LIST}`, kind);
      expect(await t.tenant.createOrganization(body, never)).to.equal('taken');
      const [acme] = t.auth0.organizations();
      const id = acme?.id ?? '';
      t.auth0.fault({ method: 'PATCH' }, kind);
      const updated = await t.tenant.updateOrganization(id, { displayName: 'B' }, never);
      expect(updated).to.have.property('displayName', 'B');
      expect(t.auth0.organizations()).to.have.length(1);
    });
  }

  for (const kind of ['lost-answer', { kind: 'status-after-effect', status: 503 }] as const) {
    it(`${label(kind)}: a delete becomes "gone"`, async () => {
      await using t = await sandboxed();
      const [id = ''] = t.auth0.seed([{ name: 'acme' }]);
      t.auth0.fault({ method: 'DELETE' }, kind);
      expect(await t.tenant.deleteOrganization(id, never)).to.equal('gone');
      expect(t.auth0.organizations()).to.deep.equal([]);
    });
  }

  it('a delete is not done because something else than Auth0 says so', async () => {
    await using t = await sandboxed();
    const [id = ''] = t.auth0.seed([{ name: 'acme' }]);
    t.auth0.fault({ method: 'DELETE' }, 'html');
    expect(await t.tenant.deleteOrganization(id, never)).to.equal('deleted');
    expect(t.auth0.organizations()).to.deep.equal([]);
    expect(t.auth0.requests.count({ method: 'DELETE' })).to.equal(2);
  });

  it('an enabled connection is set again', async () => {
    await using t = await sandboxed();
    const [id = ''] = t.auth0.seed([{ name: 'acme' }]);
    const connectionId = t.auth0.connections()[0]?.id ?? '';
    t.auth0.fault({ method: 'POST', endpoint: 'connectionWrites' }, 'lost-answer');
    const connection = { connectionId, assignMembershipOnLogin: true };
    await t.tenant.enableConnection(id, connection, never);
    expect(await t.tenant.listEnabledConnections(id, never)).to.deep.equal([connection]);
  });

  it('a write with a redirect is a fault of the tenant, not of the organization', async () => {
    await using t = await sandboxed();
    t.auth0.fault(`POST ${LIST}`, { kind: 'redirect', location: 'https://127.0.0.1:1/' });
    const failure = await rejection(t.tenant.createOrganization(body, never));
    expect(failure).to.include({ reason: 'TargetUnavailable', statusCode: 302 });
  });
});
