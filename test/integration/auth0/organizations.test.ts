import { expect } from 'chai';
import { Fault } from '../../../src/api/fault.ts';
import { Refusal } from '../../../src/auth0/refusal.ts';
import { DEFAULT_CONNECTION } from '../../sandbox/auth0/tenant.ts';
import { listNames, never, organizations, rejection, sandboxed } from './open.ts';

const ACME = { name: 'acme', displayName: 'Acme', metadata: { institutionId: 'acme' } };

describe('auth0: organizations', () => {
  it('are listed to the end, page by page, in constant shape', async () => {
    await using t = await sandboxed({ newerTenant: true });
    t.auth0.seed([
      { name: 'plain' },
      { name: 'full', display_name: 'Full', metadata: { a: '1' }, branding: {} },
      ...organizations(148),
    ]);
    const rows = [];
    for await (const page of t.tenant.listOrganizations(never)) rows.push(page);
    expect(rows.map((page) => page.length)).to.deep.equal([50, 50, 50]);
    const [plain, full] = rows.flat();
    const ids = t.auth0.organizations().map(({ id }) => id);
    expect(plain).to.deep.equal({
      id: ids[0],
      name: 'plain',
      displayName: undefined,
      metadata: {},
    });
    expect(full).to.deep.equal({
      id: ids[1],
      name: 'full',
      displayName: 'Full',
      metadata: { a: '1' },
    });
    expect(rows.flat().map(({ id }) => id)).to.deep.equal(ids);
    expect(t.tenant.requestCount()).to.equal(4);
    expect(t.requests).to.deep.equal(['token 200', 'list 200', 'list 200', 'list 200']);
  });

  it('are listed when there are none', async () => {
    await using t = await sandboxed();
    expect(await listNames(t.tenant)).to.deep.equal([]);
  });

  it('are created, read, changed and removed', async () => {
    await using t = await sandboxed();
    const created = await t.tenant.createOrganization({ ...ACME, connections: [] }, never);
    if (created === 'taken') throw new Error('taken');
    expect(created).to.deep.equal({ id: created.id, ...ACME });
    expect(await t.tenant.readOrganizationByName('acme', never)).to.deep.equal(created);
    const inFull = await t.tenant.readOrganization(created.id, never);
    expect(inFull).to.deep.equal({
      ...created,
      body: {
        id: created.id,
        name: 'acme',
        display_name: 'Acme',
        metadata: { institutionId: 'acme' },
      },
    });
    const changes = { name: 'ace', displayName: 'Ace', metadata: { b: '2' } };
    expect(await t.tenant.updateOrganization(created.id, changes, never)).to.deep.equal({
      id: created.id,
      ...changes,
    });
    expect(await t.tenant.updateOrganization(created.id, { metadata: {} }, never)).to.deep.equal({
      id: created.id,
      ...changes,
      metadata: {},
    });
    expect(await t.tenant.deleteOrganization(created.id, never)).to.equal('deleted');
    expect(t.auth0.organizations()).to.deep.equal([]);
  });

  it('keep what a change does not name', async () => {
    await using t = await sandboxed();
    const [id = ''] = t.auth0.seed([
      { name: 'acme', display_name: 'Acme', metadata: { institutionId: 'acme', theirs: '1' } },
    ]);
    const [before] = t.auth0.organizations();
    await t.tenant.updateOrganization(id, { displayName: 'New' }, never);
    expect(t.auth0.organizations()).to.deep.equal([{ ...before, display_name: 'New' }]);
    await t.tenant.updateOrganization(id, { name: 'new' }, never);
    expect(t.auth0.organizations()).to.deep.equal([
      { ...before, display_name: 'New', name: 'new' },
    ]);
  });

  it('say when they are not there', async () => {
    await using t = await sandboxed();
    expect(await t.tenant.readOrganization('org_x', never)).to.equal(undefined);
    expect(await t.tenant.readOrganizationByName('x', never)).to.equal(undefined);
    expect(await t.tenant.updateOrganization('org_x', { displayName: 'X' }, never)).to.equal(
      'gone',
    );
    expect(await t.tenant.deleteOrganization('org_x', never)).to.equal('gone');
  });

  it('say when a name is taken', async () => {
    await using t = await sandboxed();
    t.auth0.seed([{ name: 'acme' }, { name: 'other' }]);
    expect(await t.tenant.createOrganization({ ...ACME, connections: [] }, never)).to.equal(
      'taken',
    );
    const [, other] = t.auth0.organizations();
    const refused = await rejection(
      t.tenant.updateOrganization(other?.id ?? '', { name: 'acme' }, never),
    );
    expect(refused).to.be.instanceOf(Refusal).and.to.include({ statusCode: 409 });
  });

  it('that Auth0 refuses are refused alone, with its words', async () => {
    await using t = await sandboxed();
    const body = { ...ACME, displayName: 'x'.repeat(256), connections: [] };
    const refused = await rejection(t.tenant.createOrganization(body, never));
    expect(refused).to.be.instanceOf(Refusal).and.to.include({ statusCode: 400 });
    expect(refused).to.have.property('message').that.contains('String is too long');
    expect(t.requests).to.deep.equal(['token 200', 'organizationWrites 400']);
  });

  it('beyond the tenant’s limit are a matter of capacity, not of scopes', async () => {
    await using t = await sandboxed({ entityLimit: 1 });
    t.auth0.seed([{ name: 'one' }]);
    const full = await rejection(t.tenant.createOrganization({ ...ACME, connections: [] }, never));
    expect(full).to.be.instanceOf(Fault).and.to.include({
      reason: 'CapacityExceeded',
      statusCode: 403,
    });
    expect(full).to.have.property('message').that.contains('You reached the limit of entities');
    await t.tenant.requireScopes(['create:organizations'], never);
    expect(t.requests).to.deep.equal(['token 200', 'organizationWrites 403']);
  });
});

describe('auth0: connections', () => {
  it('are found by their exact name', async () => {
    await using t = await sandboxed();
    const id = t.auth0.connections()[0]?.id;
    expect(await t.tenant.findConnection(DEFAULT_CONNECTION, never)).to.equal(id);
    expect(await t.tenant.findConnection('nobody', never)).to.equal(undefined);
  });

  it('are enabled at creation, afterwards, and changed', async () => {
    await using t = await sandboxed();
    const [first, second] = ['ad', 'oidc'].map((name) =>
      t.auth0.addConnection({ name, strategy: name }),
    );
    if (first === undefined || second === undefined) throw new Error('no connections');
    const connections = [{ connectionId: first, assignMembershipOnLogin: true }];
    const created = await t.tenant.createOrganization({ ...ACME, connections }, never);
    if (created === 'taken') throw new Error('taken');
    const { id } = created;
    expect(await t.tenant.listEnabledConnections(id, never)).to.deep.equal(connections);
    const later = { connectionId: second, assignMembershipOnLogin: false };
    await t.tenant.enableConnection(id, later, never);
    expect(await t.tenant.listEnabledConnections(id, never)).to.deep.equal([...connections, later]);
    await t.tenant.enableConnection(id, { ...later, assignMembershipOnLogin: true }, never);
    expect(await t.tenant.listEnabledConnections(id, never)).to.deep.equal([
      ...connections,
      { ...later, assignMembershipOnLogin: true },
    ]);
    expect(t.requests.slice(-3)).to.deep.equal([
      'connectionWrites 409',
      'connectionWrites 200',
      'connectionReads 200',
    ]);
  });

  it('beyond ten are refused for what they are', async () => {
    await using t = await sandboxed();
    const ids = Array.from({ length: 11 }, (_, i) =>
      t.auth0.addConnection({ name: `c${i}`, strategy: 'oidc' }),
    );
    const enabled = ids.slice(0, 10).map((connection_id) => ({ connection_id }));
    const [id = ''] = t.auth0.seed([{ name: 'acme', enabled_connections: enabled }]);
    const last = { connectionId: ids[10] ?? '', assignMembershipOnLogin: false };
    const refused = await rejection(t.tenant.enableConnection(id, last, never));
    expect(refused).to.be.instanceOf(Refusal).and.to.include({ statusCode: 409 });
    expect(refused).to.have.property('message').that.contains('at most 10');
  });

  it('of an organization that is gone concern that one alone', async () => {
    await using t = await sandboxed();
    const connection = { connectionId: 'con_x', assignMembershipOnLogin: false };
    for (const asked of [
      t.tenant.listEnabledConnections('org_gone', never),
      t.tenant.enableConnection('org_gone', connection, never),
    ]) {
      const refused = await rejection(asked);
      expect(refused).to.be.instanceOf(Refusal).and.to.include({ statusCode: 404 });
    }
  });
});
