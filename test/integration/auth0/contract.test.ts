import { expect } from 'chai';
import nock from 'nock';
import { clientOf, listNames, never } from './open.ts';

// It is active from its import on; the other tests do not need it.
nock.restore();

const DOMAIN = 'acme.eu.auth0.com';
const TOKEN = 'a.b.c';
const ORGANIZATION = { id: 'org_1', name: 'acme', display_name: 'Acme' };

/** The headers of each request to the API. */
const headers: Readonly<Record<string, string>>[] = [];

function open(correlationId?: string) {
  return clientOf(DOMAIN, {
    fetch(url, init) {
      if (!url.endsWith('/oauth/token')) headers.push(init.headers);
      return globalThis.fetch(url, init);
    },
    correlationId: () => correlationId,
  });
}

function api() {
  return nock(`https://${DOMAIN}`, { reqheaders: { authorization: `Bearer ${TOKEN}` } });
}

describe('auth0: requests as Auth0 documents them', () => {
  before(() => nock.activate());

  beforeEach(() => {
    nock.disableNetConnect();
    nock(`https://${DOMAIN}`)
      .post('/oauth/token', {
        grant_type: 'client_credentials',
        client_id: 'sandbox-client',
        client_secret: 'sandbox-secret',
        audience: `https://${DOMAIN}/api/v2/`,
      })
      .matchHeader('content-type', 'application/json')
      .reply(200, { access_token: TOKEN, expires_in: 86_400, token_type: 'Bearer' });
  });

  afterEach(() => {
    const pending = nock.pendingMocks();
    nock.cleanAll();
    headers.length = 0;
    expect(pending).to.deep.equal([]);
  });

  after(() => {
    nock.enableNetConnect();
    nock.restore();
  });

  it('list', async () => {
    api()
      .get('/api/v2/organizations?take=50')
      .reply(200, { organizations: [ORGANIZATION], next: 'a+b=/c' })
      .get('/api/v2/organizations?take=50&from=a%2Bb%3D%2Fc')
      .reply(200, { organizations: [] });
    const { tenant } = await open();
    expect(await listNames(tenant)).to.deep.equal(['acme']);
  });

  it('read by id and by name', async () => {
    api()
      .get('/api/v2/organizations/org_1')
      .reply(200, ORGANIZATION)
      .get('/api/v2/organizations/name/acme-1_x')
      .reply(200, ORGANIZATION);
    const { tenant } = await open();
    expect(await tenant.readOrganization('org_1', never)).to.have.property('name', 'acme');
    expect(await tenant.readOrganizationByName('acme-1_x', never)).to.have.property('id', 'org_1');
  });

  it('create, without and with connections', async () => {
    const body = { name: 'acme', display_name: 'Acmé 東', metadata: { institutionId: 'acme' } };
    api()
      .post('/api/v2/organizations', body)
      .matchHeader('content-type', 'application/json')
      .reply(201, ORGANIZATION)
      .post('/api/v2/organizations', {
        ...body,
        enabled_connections: [
          { connection_id: 'con_1', assign_membership_on_login: false },
          { connection_id: 'con_2', assign_membership_on_login: true },
        ],
      })
      .reply(201, { ...ORGANIZATION, enabled_connections: [] });
    const { tenant } = await open();
    const wanted = {
      name: 'acme',
      displayName: 'Acmé 東',
      metadata: { institutionId: 'acme' },
    };
    await tenant.createOrganization({ ...wanted, connections: [] }, never);
    const connections = [
      { connectionId: 'con_1', assignMembershipOnLogin: false },
      { connectionId: 'con_2', assignMembershipOnLogin: true },
    ];
    await tenant.createOrganization({ ...wanted, connections }, never);
  });

  it('update with nothing but what changes', async () => {
    const path = '/api/v2/organizations/org_1';
    api()
      .patch(path, { name: 'n' })
      .reply(200, ORGANIZATION)
      .patch(path, { display_name: 'd' })
      .reply(200, ORGANIZATION)
      .patch(path, { metadata: {} })
      .reply(200, ORGANIZATION);
    const { tenant } = await open();
    await tenant.updateOrganization('org_1', { name: 'n' }, never);
    await tenant.updateOrganization('org_1', { displayName: 'd' }, never);
    await tenant.updateOrganization('org_1', { metadata: {} }, never);
  });

  it('delete, without a body', async () => {
    api().delete('/api/v2/organizations/org_1', '').reply(204);
    const { tenant } = await open();
    expect(await tenant.deleteOrganization('org_1', never)).to.equal('deleted');
    expect(headers[0]).to.have.keys('accept', 'authorization');
  });

  it('connections, in a bare list or with totals', async () => {
    const rows = [
      { id: 'con_0', name: 'A' },
      { id: 'con_1', name: 'a', strategy: 'ad' },
    ];
    api()
      .get('/api/v2/connections?name=a')
      .reply(200, rows)
      .get('/api/v2/connections?name=a')
      .reply(200, { connections: rows, start: 0, limit: 50, total: 2 })
      .get('/api/v2/connections?name=b%26c')
      .reply(200, []);
    const { tenant } = await open();
    expect(await tenant.findConnection('a', never)).to.equal('con_1');
    expect(await tenant.findConnection('a', never)).to.equal('con_1');
    expect(await tenant.findConnection('b&c', never)).to.equal(undefined);
  });

  it('enabled connections', async () => {
    const path = '/api/v2/organizations/org_1/enabled_connections';
    const enabled = { connection_id: 'con_1', assign_membership_on_login: true };
    api()
      .get(`${path}?page=0&per_page=50&include_totals=true`)
      .reply(200, { enabled_connections: [enabled], start: 0, limit: 50, total: 1 })
      .get(`${path}?page=0&per_page=50&include_totals=true`)
      .reply(200, [{ connection_id: 'con_1', connection: { name: 'a', strategy: 'ad' } }])
      .post(path, enabled)
      .reply(409, { statusCode: 409, error: 'Conflict', message: 'already' })
      .patch(`${path}/con_1`, { assign_membership_on_login: true })
      .reply(200, enabled);
    const { tenant } = await open();
    const connection = { connectionId: 'con_1', assignMembershipOnLogin: true };
    expect(await tenant.listEnabledConnections('org_1', never)).to.deep.equal([connection]);
    expect(await tenant.listEnabledConnections('org_1', never)).to.deep.equal([
      { ...connection, assignMembershipOnLogin: false },
    ]);
    await tenant.enableConnection('org_1', connection, never);
  });

  it('never leave the path that is theirs', async () => {
    api()
      .get('/api/v2/organizations/name/..%2F..%2Fusers%3Fx')
      .reply(404, { statusCode: 404, message: 'No organization found by that id or name' });
    const { tenant } = await open();
    expect(await tenant.readOrganizationByName('../../users?x', never)).to.equal(undefined);
  });

  for (const [id, sent] of [
    ['a1b2', 'a1b2'],
    ['x'.repeat(80), 'x'.repeat(64)],
    ['with\r\nx-evil: 1 é', 'withx-evil:1'],
    ['\n', undefined],
    [undefined, undefined],
  ] as const) {
    it(`carry the correlation id ${JSON.stringify(id)} as ${JSON.stringify(sent)}`, async () => {
      api().delete('/api/v2/organizations/org_1').reply(204);
      const { tenant } = await open(id);
      await tenant.deleteOrganization('org_1', never);
      expect(headers[0]?.['x-correlation-id']).to.equal(sent);
      expect(headers[0]).to.include.keys('accept', 'authorization');
      expect(headers[0]).not.to.have.any.keys('x-evil', 'auth0-client');
    });
  }
});
