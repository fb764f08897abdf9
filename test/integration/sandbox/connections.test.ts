import { expect } from 'chai';
import { ALL_SCOPES, startAuth0Sandbox } from '../../sandbox/auth0/start.ts';
import { DEFAULT_CONNECTION } from '../../sandbox/auth0/tenant.ts';
import { plainClient } from './plain-client.ts';

async function tenant() {
  const auth0 = await startAuth0Sandbox({ plan: 'none' });
  const client = await plainClient(`${auth0.url}/api/v2`, auth0.mintToken({ scopes: ALL_SCOPES }));
  const [organization] = auth0.seed([{ name: 'acme' }]);
  return {
    auth0,
    client,
    database: auth0.connections()[0]?.id ?? '',
    enabled: `/organizations/${organization}/enabled_connections`,
    any: `/organizations/${organization}/connections`,
    [Symbol.asyncDispose]: auth0[Symbol.asyncDispose],
  };
}

const NOT_ENABLED = {
  statusCode: 404,
  error: 'Not Found',
  message: 'No connection found by that id',
};

describe('sandbox: connections of a tenant', () => {
  it('are found by name; every tenant has Auth0’s default database', async () => {
    await using t = await tenant();
    const found = await t.client.get(`/connections?name=${DEFAULT_CONNECTION}`);
    expect(found.status).to.equal(200);
    expect(found.body).to.be.an('array').with.lengthOf(1);
    expect(found.body).to.have.nested.property('[0].id', t.database);
    expect((await t.client.get('/connections?name=nobody')).body).to.deep.equal([]);
    const one = await t.client.get(`/connections/${t.database}`);
    expect(one.body).to.include({ name: DEFAULT_CONNECTION, strategy: 'auth0' });
  });

  it('are created with a name that is free and a strategy that exists', async () => {
    await using t = await tenant();
    const created = await t.client.post('/connections', { name: 'staff', strategy: 'samlp' });
    expect(created.status).to.equal(201);
    expect(created.body)
      .to.have.property('id')
      .that.matches(/^con_[a-zA-Z0-9]{16}$/);
    const again = await t.client.post('/connections', { name: 'staff', strategy: 'samlp' });
    expect(again.status).to.equal(409);
    const unknown = await t.client.post('/connections', { name: 'x', strategy: 'magic' });
    expect(unknown.body).to.include({ errorCode: 'invalid_body' });
    expect((await t.client.post('/connections', { name: 'a b', strategy: 'ad' })).status).to.equal(
      400,
    );
    expect((await t.client.get('/connections?strategy=samlp')).body).to.have.lengthOf(1);
  });

  it('are disabled everywhere when they are deleted', async () => {
    await using t = await tenant();
    await t.client.post(t.enabled, { connection_id: t.database });
    const deleted = await t.client.remove(`/connections/${t.database}`);
    expect(deleted.status).to.equal(202);
    expect(deleted.body).to.have.keys('deleted_at');
    expect((await t.client.get(t.enabled)).body).to.deep.equal([]);
    expect((await t.client.get(`/connections/${t.database}`)).status).to.equal(404);
    expect((await t.client.remove(`/connections/${t.database}`)).status).to.equal(404);
  });
});

describe('sandbox: connections of an organization', () => {
  it('are enabled, changed and disabled', async () => {
    await using t = await tenant();
    const one = `${t.enabled}/${t.database}`;
    expect((await t.client.get(one)).body).to.deep.equal(NOT_ENABLED);
    const shown = {
      connection_id: t.database,
      assign_membership_on_login: false,
      show_as_button: true,
      connection: { name: DEFAULT_CONNECTION, strategy: 'auth0' },
    };
    const added = await t.client.post(t.enabled, { connection_id: t.database });
    expect(added.status).to.equal(201);
    expect(added.body).to.deep.equal(shown);
    expect((await t.client.get(one)).body).to.deep.equal(shown);
    const changed = await t.client.patch(one, { assign_membership_on_login: true });
    expect(changed.status).to.equal(200);
    expect(changed.body).to.deep.equal({ ...shown, assign_membership_on_login: true });
    expect((await t.client.remove(one)).status).to.equal(204);
    expect((await t.client.remove(one)).body).to.deep.equal(NOT_ENABLED);
    expect((await t.client.patch(one, { show_as_button: true })).body).to.deep.equal(NOT_ENABLED);
  });

  it('are listed by offset', async () => {
    await using t = await tenant();
    await t.client.post(t.enabled, { connection_id: t.database });
    expect((await t.client.get(t.enabled)).body)
      .to.be.an('array')
      .with.lengthOf(1);
    const totals = await t.client.get(`${t.enabled}?include_totals=true`);
    expect(totals.body).to.have.keys('enabled_connections', 'start', 'limit', 'total');
    expect((await t.client.get(`${t.enabled}?take=50`)).status).to.equal(400);
    expect((await t.client.get(`${t.enabled}?page=20`)).status).to.equal(400);
  });

  it('are enabled with the organization’s creation, and shown in its answer alone', async () => {
    await using t = await tenant();
    const body = {
      name: 'born-enabled',
      enabled_connections: [{ connection_id: t.database, assign_membership_on_login: true }],
    };
    const created = await t.client.post('/organizations', body);
    expect(created.status).to.equal(201);
    expect(created.body).to.have.nested.property(
      'enabled_connections[0].connection_id',
      t.database,
    );
    const read = await t.client.get('/organizations/name/born-enabled');
    expect(read.body).to.have.keys('id', 'name');
    expect(t.auth0.organizations()[1]?.enabled_connections).to.deep.equal([
      {
        connection_id: t.database,
        assign_membership_on_login: true,
        show_as_button: true,
        connection: { name: DEFAULT_CONNECTION, strategy: 'auth0' },
      },
    ]);
    const empty = await t.client.post('/organizations', { name: 'none', enabled_connections: [] });
    expect(empty.body).to.have.property('enabled_connections').that.deep.equals([]);
  });

  it('may be enabled from the start', async () => {
    await using t = await tenant();
    const enabled_connections = [{ connection_id: t.database, show_as_button: false }];
    const [id] = t.auth0.seed([{ name: 'seeded', enabled_connections }]);
    const seen = await t.client.get(`/organizations/${id}/enabled_connections/${t.database}`);
    expect(seen.body).to.include({ show_as_button: false, assign_membership_on_login: false });
    const unknown = [{ connection_id: 'con_x' }];
    expect(() => t.auth0.seed([{ name: 'odd', enabled_connections: unknown }])).to.throw('con_x');
  });

  it('are refused in a creation when unknown or named twice; then nothing is created', async () => {
    await using t = await tenant();
    for (const enabled of [[{ connection_id: 'con_x' }], twice({ connection_id: t.database })]) {
      const body = { name: 'never', enabled_connections: enabled };
      expect((await t.client.post('/organizations', body)).status).to.equal(400);
    }
    expect(t.auth0.organizations()).to.have.lengthOf(1);
  });

  it('are ten at most, each once', async () => {
    await using t = await tenant();
    const ids = Array.from({ length: 11 }, (_, n) =>
      t.auth0.addConnection({ name: `c${n}`, strategy: 'oidc' }),
    );
    for (const connection_id of ids.slice(0, 10)) {
      expect((await t.client.post(t.enabled, { connection_id })).status).to.equal(201);
    }
    const eleventh = await t.client.post(t.enabled, { connection_id: ids[10] });
    expect(eleventh.status).to.equal(409);
    expect(eleventh.body).to.have.property('message').that.contains('at most 10 connections');
    const again = await t.client.post(t.enabled, { connection_id: ids[0] });
    expect(again.body).to.have.property('message').that.contains('already enabled');
  });

  it('offer signup only where the connection is a database and grants membership', async () => {
    await using t = await tenant();
    const oidc = t.auth0.addConnection({ name: 'oidc', strategy: 'oidc' });
    const signup = { assign_membership_on_login: true, is_signup_enabled: true };
    const enterprise = await t.client.post(t.enabled, { connection_id: oidc, ...signup });
    expect(enterprise.status).to.equal(400);
    const alone = { connection_id: t.database, is_signup_enabled: true };
    expect((await t.client.post(t.enabled, alone)).status).to.equal(400);
    const right = await t.client.post(t.enabled, { connection_id: t.database, ...signup });
    expect(right.body).to.include({ is_signup_enabled: true });
  });

  it('are the same by the newer door, where they may be there and not enabled', async () => {
    await using t = await tenant();
    const one = `${t.any}/${t.database}`;
    const added = await t.client.post(t.any, { connection_id: t.database });
    expect(added.status).to.equal(201);
    expect(added.body).to.include({ connection_id: t.database, is_enabled: false });
    expect((await t.client.get(t.enabled)).body).to.deep.equal([]);
    expect((await t.client.get(`${t.enabled}/${t.database}`)).status).to.equal(404);
    const changed = await t.client.patch(one, {
      is_enabled: true,
      assign_membership_on_login: true,
    });
    expect(changed.body).to.include({ is_enabled: true, assign_membership_on_login: true });
    expect((await t.client.get(`${t.enabled}/${t.database}`)).status).to.equal(200);
    const list = await t.client.get(`${t.any}?include_totals=true`);
    expect(list.body).to.include({ start: 0, limit: 50, total: 1 });
    expect(list.body).to.have.nested.property('connections[0].is_enabled', true);
    expect((await t.client.get(`${t.any}?is_enabled=false`)).body).to.deep.equal([]);
    expect((await t.client.remove(one)).status).to.equal(204);
    expect((await t.client.get(one)).body).to.deep.equal(NOT_ENABLED);
  });

  it('know only their own fields', async () => {
    await using t = await tenant();
    const newer = { connection_id: t.database, is_enabled: true };
    expect((await t.client.post(t.enabled, newer)).status).to.equal(400);
    const named = { ...newer, organization_connection_name: 'Staff' };
    const added = await t.client.post(t.any, { ...named, organization_access_level: 'full' });
    expect(added.body).to.include({ organization_connection_name: 'Staff' });
    expect((await t.client.patch(`${t.any}/${t.database}`, {})).status).to.equal(400);
    expect((await t.client.post(t.any, { connection_id: 'con_x' })).status).to.equal(400);
  });

  it('need an organization that is there', async () => {
    await using t = await tenant();
    const seen = await t.client.get('/organizations/org_0123456789abcdef/enabled_connections');
    expect(seen.body).to.include({ message: 'No organization found by that id or name' });
  });
});

function twice<T>(item: T): T[] {
  return [item, item];
}
