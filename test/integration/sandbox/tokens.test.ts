import { expect } from 'chai';
import { plainClient } from './plain-client.ts';
import { claimsOf, Granted, tenant } from './token-tenant.ts';

describe('sandbox: tokens', () => {
  it('belong to the host through which they were got', async () => {
    await using t = await tenant();
    const [, port] = t.auth0.host.split(':');
    const byName = `https://localhost:${port}`;
    const client = await plainClient(byName);
    const refused = await t.ask({ audience: `${byName}/api/v2/` });
    expect(refused.status).to.equal(403);
    const granted = await client.post('/oauth/token', {
      grant_type: 'client_credentials',
      client_id: 'c1',
      client_secret: 's1',
      audience: `${byName}/api/v2/`,
    });
    const token = Granted.parse(granted.body).access_token;
    const there = await plainClient(`${byName}/api/v2`, token);
    expect((await there.get('/organizations')).status).to.equal(200);
    const elsewhere = await t.list(`Bearer ${token}`);
    expect(elsewhere.status).to.equal(401);
    expect(elsewhere.body).to.include({ message: `Bad audience: ${byName}/api/v2/` });
  });

  it('may be for one audience, whatever the host', async () => {
    await using t = await tenant({ audience: 'https://custom.example/api/v2/' });
    expect(t.auth0.audience).to.equal('https://custom.example/api/v2/');
    const { access_token } = Granted.parse((await t.ask()).body);
    expect((await t.list(`Bearer ${access_token}`)).status).to.equal(200);
  });

  it('are needed, whole and in the right form', async () => {
    await using t = await tenant();
    const good = t.auth0.mintToken();
    const missing = await t.list();
    expect(missing.status).to.equal(401);
    expect(missing.body).to.deep.equal({
      statusCode: 401,
      error: 'Unauthorized',
      message: 'Missing authentication',
    });
    expect((await t.list('Basic YTpi')).status).to.equal(401);
    const changed = await t.list(`Bearer ${good.slice(0, -2)}xx`);
    expect(changed.status).to.equal(401);
    expect(changed.body).to.include({ message: 'Invalid token' });
    for (const odd of ['Bearer not-a-jwt', 'Bearer', `Bearer ${good} more`]) {
      const seen = await t.list(odd);
      expect(seen.status).to.equal(400);
      expect(seen.body).to.include({ errorCode: 'Bearer' });
    }
    expect((await t.list(`bearer ${good}`)).status).to.equal(200);
  });

  it('expire by the sandbox’s clock', async () => {
    let time = Date.now();
    await using t = await tenant({ now: () => time, tokenLifetimeSeconds: 600 });
    const { access_token, expires_in } = Granted.parse((await t.ask()).body);
    expect(expires_in).to.equal(600);
    time = claimsOf(access_token).exp * 1000 - 1;
    expect((await t.list(`Bearer ${access_token}`)).status).to.equal(200);
    time += 1;
    const late = await t.list(`Bearer ${access_token}`);
    expect(late.status).to.equal(401);
    expect(late.body)
      .to.have.property('message')
      .that.matches(/^Expired token received/);
  });

  it('can be expired or revoked at a stroke; new ones are good', async () => {
    await using t = await tenant();
    const first = t.auth0.mintToken();
    t.auth0.expireTokens();
    expect((await t.list(`Bearer ${first}`)).body)
      .to.have.property('message')
      .that.contains('Expired');
    const second = t.auth0.mintToken();
    expect((await t.list(`Bearer ${second}`)).status).to.equal(200);
    t.auth0.revokeTokens();
    expect((await t.list(`Bearer ${second}`)).body).to.include({ message: 'Invalid token' });
    const { access_token } = Granted.parse((await t.ask()).body);
    expect((await t.list(`Bearer ${access_token}`)).status).to.equal(200);
  });

  it('made by hand have the scopes, the life and the audience that were asked for', async () => {
    await using t = await tenant();
    const token = t.auth0.mintToken({ scopes: ['create:organizations'], expiresIn: 60 });
    const claims = claimsOf(token);
    expect(claims.scope).to.equal('create:organizations');
    expect(claims.exp - claims.iat).to.equal(60);
    expect((await t.list(`Bearer ${t.auth0.mintToken({ expiresIn: -1 })}`)).status).to.equal(401);
    const foreign = t.auth0.mintToken({ audience: 'https://else/' });
    expect((await t.list(`Bearer ${foreign}`)).body).to.include({
      message: 'Bad audience: https://else/',
    });
  });

  it('outlive the secret, which is refused as soon as it is rotated', async () => {
    await using t = await tenant();
    const { access_token } = Granted.parse((await t.ask()).body);
    const secret = t.auth0.rotateSecret('c1');
    expect((await t.ask()).status).to.equal(401);
    expect((await t.ask({ client_secret: secret })).status).to.equal(200);
    expect((await t.list(`Bearer ${access_token}`)).status).to.equal(200);
    t.auth0.addClient({ clientId: 'c2', clientSecret: 's2', scopes: [] });
    const other = await t.ask({ client_id: 'c2', client_secret: 's2' });
    expect(other.body).to.have.keys('access_token', 'expires_in', 'token_type');
    expect(() => t.auth0.rotateSecret('nobody')).to.throw('no client "nobody"');
  });
});
