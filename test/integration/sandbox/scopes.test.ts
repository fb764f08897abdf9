import { expect } from 'chai';
import { startAuth0Sandbox } from '../../sandbox/auth0/start.ts';
import { plainClient, see } from './plain-client.ts';

describe('sandbox: scopes', () => {
  const NEEDED: readonly [string, string, string][] = [
    ['GET', '/organizations', 'read:organizations'],
    ['GET', '/organizations/name/acme', 'read:organizations'],
    ['GET', '/organizations/x', 'read:organizations'],
    ['POST', '/organizations', 'create:organizations'],
    ['PATCH', '/organizations/x', 'update:organizations'],
    ['DELETE', '/organizations/x', 'delete:organizations'],
    ['GET', '/connections', 'read:connections'],
    ['POST', '/connections', 'create:connections'],
    ['DELETE', '/connections/x', 'delete:connections'],
    ['GET', '/organizations/x/enabled_connections', 'read:organization_connections'],
    ['POST', '/organizations/x/enabled_connections', 'create:organization_connections'],
    ['PATCH', '/organizations/x/enabled_connections/y', 'update:organization_connections'],
    ['DELETE', '/organizations/x/enabled_connections/y', 'delete:organization_connections'],
    ['GET', '/organizations/x/connections', 'read:organization_connections'],
    ['POST', '/organizations/x/connections', 'create:organization_connections'],
  ];

  it('are needed for each endpoint, and named when they lack', async () => {
    await using auth0 = await startAuth0Sandbox({ plan: 'none' });
    const token = auth0.mintToken({ scopes: ['read:users'] });
    for (const [method, path, scope] of NEEDED) {
      const seen = await see(`${auth0.url}/api/v2${path}`, {
        method,
        headers: { authorization: `Bearer ${token}` },
      });
      expect(seen.body, `${method} ${path}`).to.deep.equal({
        statusCode: 403,
        error: 'Forbidden',
        message: `Insufficient scope, expected any of: ${scope}`,
        errorCode: 'insufficient_scope',
      });
    }
  });

  it('are needed for connections that a creation enables', async () => {
    await using auth0 = await startAuth0Sandbox();
    const token = auth0.mintToken({ scopes: ['create:organizations'] });
    const client = await plainClient(`${auth0.url}/api/v2`, token);
    const [connection] = auth0.connections();
    const body = { name: 'acme', enabled_connections: [{ connection_id: connection?.id }] };
    const refused = await client.post('/organizations', body);
    expect(refused.body).to.include({
      message: 'Insufficient scope, expected any of: create:organization_connections',
    });
    expect(auth0.organizations()).to.deep.equal([]);
    expect((await client.post('/organizations', { name: 'acme' })).status).to.equal(201);
  });
});
