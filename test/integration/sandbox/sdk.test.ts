import { OrganizationsClient } from 'auth0/organizations';
import { expect } from 'chai';
import { trustSandboxes } from '../../sandbox/certificates.ts';
import { startAuth0Sandbox, type Auth0Sandbox } from '../../sandbox/auth0/start.ts';

async function clientOf(auth0: Auth0Sandbox): Promise<OrganizationsClient> {
  await trustSandboxes();
  return new OrganizationsClient({
    baseUrl: `${auth0.url}/api/v2`,
    token: auth0.mintToken(),
    maxRetries: 0,
  });
}

function statusOf(promise: PromiseLike<unknown>): Promise<string> {
  return Promise.resolve(promise).then(
    () => 'fine',
    (error: unknown) => `${Object(error).statusCode} ${Object(error).body?.errorCode}`,
  );
}

describe('sandbox: Auth0 as npm auth0 sees it', () => {
  it('does all that an organization goes through', async () => {
    await using auth0 = await startAuth0Sandbox();
    const client = await clientOf(auth0);
    const connection_id = auth0.connections()[0]?.id ?? '';
    const created = await client.create({
      name: 'i-00000001',
      display_name: 'One',
      metadata: { institutionId: 'i-00000001' },
      enabled_connections: [{ connection_id }],
    });
    const id = created.id ?? '';
    expect(created).to.include({ name: 'i-00000001', display_name: 'One' });
    expect(await client.getByName('i-00000001')).to.include({ id });
    expect(await client.update(id, { display_name: 'Two' })).to.include({ display_name: 'Two' });
    expect(await client.get(id)).to.deep.include({ metadata: { institutionId: 'i-00000001' } });
    const enabled = await client.enabledConnections.get(id, connection_id);
    expect(enabled).to.include({ connection_id, assign_membership_on_login: false });
    await client.enabledConnections.update(id, connection_id, { assign_membership_on_login: true });
    const any = await client.connections.get(id, connection_id);
    expect(any).to.include({ is_enabled: true, assign_membership_on_login: true });
    await client.delete(id);
    expect(auth0.organizations()).to.deep.equal([]);
  });

  it('is read page by page to the end', async () => {
    await using auth0 = await startAuth0Sandbox();
    auth0.seed(Array.from({ length: 120 }, (_, n) => ({ name: `o${n}` })));
    const names: (string | undefined)[] = [];
    const client = await clientOf(auth0);
    for await (const { name } of await client.list({ take: 50 })) names.push(name);
    expect(names).to.deep.equal(auth0.organizations().map(({ name }) => name));
    expect(auth0.requests.counts()).to.deep.equal({ list: { 200: 3 } });
  });

  it('refuses with a status and a message', async () => {
    await using auth0 = await startAuth0Sandbox({ limits: { byId: { burst: 1, perMinute: 1 } } });
    const client = await clientOf(auth0);
    auth0.seed([{ name: 'taken' }]);
    expect(await statusOf(client.create({ name: 'taken' }))).to.equal('409 organization_conflict');
    expect(await statusOf(client.create({ name: 'Capital' }))).to.equal('400 invalid_body');
    expect(await statusOf(client.getByName('nobody'))).to.equal('404 undefined');
    expect(await statusOf(client.get('org_x'))).to.equal('404 undefined');
    expect(await statusOf(client.get('org_x'))).to.equal('429 too_many_requests');
    auth0.revokeTokens();
    expect(await statusOf(client.create({ name: 'new' }))).to.equal('401 undefined');
  });

  it('shows its limits', async () => {
    await using auth0 = await startAuth0Sandbox();
    const client = await clientOf(auth0);
    const { rawResponse } = await client.getByName('nobody').withRawResponse().catch(Object);
    expect(rawResponse.headers.get('x-ratelimit-remaining')).to.equal('19');
    const page = await client.list({ take: 50 });
    expect(page.rawResponse.headers.get('x-ratelimit-limit')).to.equal('10');
  });
});
