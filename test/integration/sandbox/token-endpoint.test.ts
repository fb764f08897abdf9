import { expect } from 'chai';
import { OPERATOR_SCOPES } from '../../sandbox/auth0/start.ts';
import { see } from './plain-client.ts';
import { claimsOf, Granted, tenant } from './token-tenant.ts';

describe('sandbox: the token endpoint', () => {
  it('grants tokens for a secret, which say the truth about themselves', async () => {
    await using t = await tenant();
    const seen = await t.ask();
    expect(seen.status).to.equal(200);
    const granted = Granted.parse(seen.body);
    expect(granted.expires_in).to.equal(86_400);
    expect(granted.scope.split(' ')).to.deep.equal([...OPERATOR_SCOPES]);
    const claims = claimsOf(granted.access_token);
    expect(claims.exp - claims.iat).to.equal(86_400);
    expect(claims.iat).to.be.closeTo(Date.now() / 1000, 5);
    expect(claims).to.include({
      iss: `${t.auth0.url}/`,
      aud: t.auth0.audience,
      sub: 'c1@clients',
      azp: 'c1',
      gty: 'client-credentials',
      scope: granted.scope,
    });
    expect((await t.list(`Bearer ${granted.access_token}`)).status).to.equal(200);
  });

  it('grants tokens to a form too, never twice the same', async () => {
    await using t = await tenant();
    const form = () =>
      see(t.auth0.tokenEndpoint, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: 'c1',
          client_secret: 's1',
          audience: t.auth0.audience,
        }),
      });
    const [one, two] = [await form(), await form()];
    expect(one.status).to.equal(200);
    expect(Granted.parse(one.body).access_token).to.not.equal(Granted.parse(two.body).access_token);
  });

  const REFUSED: readonly [string, Record<string, string | undefined>, number, object][] = [
    ['a wrong secret', { client_secret: 's2' }, 401, { error: 'access_denied' }],
    ['no secret', { client_secret: undefined }, 401, { error: 'access_denied' }],
    ['an unknown client', { client_id: 'c2' }, 401, { error: 'access_denied' }],
    ['no client', { client_id: undefined }, 401, { error: 'access_denied' }],
    ['no grant type', { grant_type: undefined }, 400, { error: 'invalid_request' }],
    ['another grant type', { grant_type: 'password' }, 403, { error: 'unauthorized_client' }],
    ['no audience', { audience: undefined }, 403, { error: 'access_denied' }],
    ['another audience', { audience: 'https://other/api/v2/' }, 403, { error: 'access_denied' }],
  ];
  for (const [what, changes, status, error] of REFUSED) {
    it(`refuses ${what}`, async () => {
      await using t = await tenant();
      const seen = await t.ask(changes);
      expect(seen.status).to.equal(status);
      expect(seen.body).to.have.keys('error', 'error_description');
      expect(seen.body).to.include(error);
    });
  }

  it('refuses a client without a grant for the API', async () => {
    await using t = await tenant({ clients: [{ clientId: 'c1', clientSecret: 's1' }] });
    const seen = await t.ask();
    expect(seen.status).to.equal(403);
    expect(seen.body).to.include({ error: 'access_denied' });
    expect(seen.body)
      .to.have.property('error_description')
      .that.contains('Client is not authorized');
  });

  it('refuses a body that is no JSON, no form, or not of strings', async () => {
    await using t = await tenant();
    const post = (type: string, body: string) =>
      see(t.auth0.tokenEndpoint, { method: 'POST', headers: { 'content-type': type }, body });
    expect((await post('application/json', '{')).status).to.equal(400);
    expect((await post('text/plain', 'a=b')).status).to.equal(400);
    expect((await post('application/json', '{"client_id":1}')).status).to.equal(400);
    expect((await post('application/json', `"${'x'.repeat(1e6)}"`)).status).to.equal(413);
  });
});
