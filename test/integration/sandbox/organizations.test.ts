import { expect } from 'chai';
import { startAuth0Sandbox, type Auth0Options } from '../../sandbox/auth0/start.ts';
import { plainClient } from './plain-client.ts';

const ABSENT = {
  statusCode: 404,
  error: 'Not Found',
  message: 'No organization found by that id or name',
};

async function tenant(options: Auth0Options = {}) {
  const auth0 = await startAuth0Sandbox({ plan: 'none', ...options });
  const client = await plainClient(`${auth0.url}/api/v2`, auth0.mintToken());
  return { auth0, client, [Symbol.asyncDispose]: auth0[Symbol.asyncDispose] };
}

describe('sandbox: organizations', () => {
  it('are created with an id of their own and show only what is set', async () => {
    await using t = await tenant();
    const created = await t.client.post('/organizations', { name: 'acme' });
    expect(created.status).to.equal(201);
    expect(created.body).to.have.keys('id', 'name');
    expect(created.body)
      .to.have.property('id')
      .that.matches(/^org_[a-zA-Z0-9]{16}$/);
    const [seen] = t.auth0.organizations();
    expect(seen).to.deep.equal({ ...Object(created.body), enabled_connections: [] });
  });

  it('are found by id and by name, and not by the other', async () => {
    await using t = await tenant();
    const [id] = t.auth0.seed([{ name: 'acme', display_name: 'Acme', metadata: { a: 'b' } }]);
    const acme = { id, name: 'acme', display_name: 'Acme', metadata: { a: 'b' } };
    expect((await t.client.get(`/organizations/${id}`)).body).to.deep.equal(acme);
    expect((await t.client.get('/organizations/name/acme')).body).to.deep.equal(acme);
    for (const path of ['/organizations/acme', `/organizations/name/${id}`]) {
      const seen = await t.client.get(path);
      expect(seen.status).to.equal(404);
      expect(seen.body).to.deep.equal(ABSENT);
    }
  });

  it('have names that are taken once', async () => {
    await using t = await tenant();
    const [acme, other] = t.auth0.seed([{ name: 'acme' }, { name: 'other' }]);
    const conflict = {
      statusCode: 409,
      error: 'Conflict',
      message: 'An organization with this name already exists.',
      errorCode: 'organization_conflict',
    };
    expect((await t.client.post('/organizations', { name: 'acme' })).body).to.deep.equal(conflict);
    const renamed = await t.client.patch(`/organizations/${other}`, { name: 'acme' });
    expect(renamed.body).to.deep.equal(conflict);
    const same = await t.client.patch(`/organizations/${acme}`, { name: 'acme' });
    expect(same.status).to.equal(200);
    expect((await t.client.patch(`/organizations/${acme}`, { name: 'free' })).status).to.equal(200);
    expect((await t.client.post('/organizations', { name: 'acme' })).status).to.equal(201);
    expect((await t.client.get('/organizations/name/free')).status).to.equal(200);
  });

  it('are changed field by field, but metadata as a whole', async () => {
    await using t = await tenant();
    const [id] = t.auth0.seed([
      { name: 'acme', display_name: 'Acme', metadata: { institutionId: 'acme', other: 'x' } },
    ]);
    const path = `/organizations/${id}`;
    expect((await t.client.patch(path, { display_name: 'ACME' })).body).to.deep.equal({
      id,
      name: 'acme',
      display_name: 'ACME',
      metadata: { institutionId: 'acme', other: 'x' },
    });
    const replaced = await t.client.patch(path, { metadata: { institutionId: 'acme' } });
    expect(replaced.body).to.have.property('metadata').that.deep.equals({ institutionId: 'acme' });
    const removed = await t.client.patch(path, { metadata: {} });
    expect(removed.body).to.have.keys('id', 'name', 'display_name');
  });

  it('refuse a PATCH of what they answer to a GET', async () => {
    await using t = await tenant();
    const [id] = t.auth0.seed([{ name: 'acme', display_name: 'Acme' }]);
    const path = `/organizations/${id}`;
    const whole = (await t.client.get(path)).body;
    const refused = await t.client.patch(path, { ...Object(whole), display_name: 'ACME' });
    expect(refused.status).to.equal(400);
    expect(refused.body).to.deep.equal({
      statusCode: 400,
      error: 'Bad Request',
      message: "Payload validation error: 'Additional properties not allowed: id'.",
      errorCode: 'invalid_body',
    });
    expect(t.auth0.organizations()[0]).to.have.property('display_name', 'Acme');
  });

  it('are deleted once', async () => {
    await using t = await tenant();
    const [id] = t.auth0.seed([{ name: 'acme' }]);
    const gone = await t.client.remove(`/organizations/${id}`);
    expect(gone.status).to.equal(204);
    expect(gone.body).to.equal(undefined);
    const again = await t.client.remove(`/organizations/${id}`);
    expect(again.body).to.deep.equal(ABSENT);
    const changed = await t.client.patch(`/organizations/${id}`, { display_name: 'Acme' });
    expect(changed.body).to.deep.equal(ABSENT);
    expect(t.auth0.organizations()).to.deep.equal([]);
  });

  it('are refused beyond the limit of the tenant', async () => {
    await using t = await tenant({ entityLimit: 2 });
    const [id] = t.auth0.seed([{ name: 'one' }, { name: 'two' }]);
    const refused = await t.client.post('/organizations', { name: 'three' });
    expect(refused.status).to.equal(403);
    expect(refused.body).to.include({
      message: 'You reached the limit of entities of this type for this tenant.',
      errorCode: 'too_many_entities',
    });
    await t.client.remove(`/organizations/${id}`);
    expect((await t.client.post('/organizations', { name: 'three' })).status).to.equal(201);
  });

  it('have two more fields in tenants of 2026, which a PATCH cannot set', async () => {
    await using t = await tenant({ newerTenant: true });
    const created = await t.client.post('/organizations', { name: 'acme' });
    const extra = { third_party_client_access: 'block', is_app_entitlement_active: false };
    expect(created.body).to.include(extra);
    const { id } = t.auth0.organizations()[0] ?? {};
    const refused = await t.client.patch(`/organizations/${id}`, extra);
    expect(refused.status).to.equal(400);
  });

  it('are judged by the tenant’s rule for empty metadata', async () => {
    await using strict = await tenant();
    await using lenient = await tenant({ emptyMetadata: true });
    const body = { name: 'acme', metadata: { web: '' } };
    expect((await strict.client.post('/organizations', body)).status).to.equal(400);
    expect((await lenient.client.post('/organizations', body)).status).to.equal(201);
  });

  it('may be changed by a person, by the same rules', async () => {
    await using t = await tenant();
    const [id = ''] = t.auth0.seed([{ name: 'acme' }, { name: 'other' }]);
    t.auth0.editOrganization(id, { name: 'renamed', metadata: { a: 'b' } });
    expect((await t.client.get('/organizations/name/renamed')).status).to.equal(200);
    expect(() => t.auth0.editOrganization(id, { name: 'other' })).to.throw('"other" is taken');
    expect(() => t.auth0.seed([{ name: 'Capitals' }])).to.throw('does not match pattern');
    expect(() => t.auth0.removeOrganization('org_x')).to.throw('no organization "org_x"');
    t.auth0.removeOrganization(id);
    expect(t.auth0.organizations().map(({ name }) => name)).to.deep.equal(['other']);
  });

  it('refuse a body that is too large, of another type, or no JSON', async () => {
    await using t = await tenant();
    const large = await t.client.post('/organizations', {
      name: 'a',
      metadata: { k: 'v'.repeat(1e6) },
    });
    expect(large.status).to.equal(413);
    expect(large.body).to.have.keys('statusCode', 'error', 'message');
    const url = `${t.auth0.url}/api/v2/organizations`;
    const authorization = `Bearer ${t.auth0.mintToken()}`;
    const text = await fetch(url, { method: 'POST', headers: { authorization }, body: 'name=a' });
    expect(text.status).to.equal(415);
    const headers = { authorization, 'content-type': 'application/json' };
    const broken = await fetch(url, { method: 'POST', headers, body: '{"name":' });
    expect(broken.status).to.equal(400);
    expect(await broken.json()).to.include({ message: 'Invalid request payload JSON format' });
  });

  it('keep a correlation id of up to 64 characters in the record', async () => {
    await using t = await tenant();
    const authorization = `Bearer ${t.auth0.mintToken()}`;
    const list = async (id: string) =>
      fetch(`${t.auth0.url}/api/v2/organizations?take=1`, {
        headers: { authorization, 'x-correlation-id': id },
      });
    expect((await list('c'.repeat(64))).status).to.equal(200);
    expect((await list('c'.repeat(65))).status).to.equal(400);
    expect(t.auth0.requests.all()[0]).to.include({
      method: 'GET',
      path: '/api/v2/organizations',
      url: '/api/v2/organizations?take=1',
      endpoint: 'list',
      status: 200,
      correlationId: 'c'.repeat(64),
    });
  });

  it('decode what a path carries, and refuse a broken escape', async () => {
    await using t = await tenant();
    t.auth0.seed([{ name: 'a-b' }]);
    expect((await t.client.get('/organizations/name/a%2Db')).status).to.equal(200);
    expect((await t.client.get('/organizations/name/a%2Fb')).status).to.equal(404);
    expect((await t.client.get('/organizations/name/%E0%A4%A')).status).to.equal(400);
  });

  it('are all there is: another path or method is 404', async () => {
    await using t = await tenant();
    for (const path of ['/users', '/organizations/', '/organizations/a/members', '/']) {
      expect((await t.client.get(path)).body).to.include({ statusCode: 404, error: 'Not Found' });
    }
    expect((await t.client.remove('/organizations')).status).to.equal(404);
    expect((await (await plainClient(t.auth0.url)).get('/oauth/token')).status).to.equal(404);
  });
});
