import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { Fault } from '../../../src/api/fault.ts';
import { byHand, clientOf, listNames, never, organizations, rejection, sandboxed } from './open.ts';
import { JWT, json, startScriptedServer } from './scripted-server.ts';
import { createTestClock } from './test-clock.ts';

const SCOPES = ['read:organizations', 'create:organizations'];

describe('auth0: tokens of an application', () => {
  it('are got once for many callers, and used until it is time', async () => {
    await using t = await sandboxed();
    await Promise.all(Array.from({ length: 20 }, () => t.tenant.findConnection('x', never)));
    await t.tenant.requireScopes(SCOPES, never);
    expect(t.auth0.requests.count({ endpoint: 'token' })).to.equal(1);
    expect(t.tenant.requestCount()).to.equal(21);
  });

  it('that are revoked in the middle of a run are renewed once, and the run goes on', async () => {
    await using t = await sandboxed();
    t.auth0.seed(organizations(120));
    const names: string[] = [];
    for await (const page of t.tenant.listOrganizations(never)) {
      names.push(...page.map(({ name }) => name));
      if (names.length === 50) t.auth0.revokeTokens();
    }
    expect(names).to.have.length(120);
    expect(t.requests).to.deep.equal([
      'token 200',
      'list 200',
      'list 401',
      'token 200',
      'list 200',
      'list 200',
    ]);
  });

  it('that are refused to many callers at once are renewed once', async () => {
    await using t = await sandboxed();
    await t.tenant.requireScopes(SCOPES, never);
    t.auth0.expireTokens();
    await Promise.all(Array.from({ length: 20 }, () => t.tenant.findConnection('x', never)));
    expect(t.auth0.requests.count({ endpoint: 'token' })).to.equal(2);
    expect(t.auth0.requests.count({ status: 401 })).to.be.within(1, 20);
  });

  it('may be refused again later in the same request', async () => {
    await using t = await sandboxed();
    const denied = { kind: 'status', status: 401 } as const;
    t.auth0.fault('GET /api/v2/organizations', denied);
    t.auth0.fault('GET /api/v2/organizations', { kind: 'status', status: 503 });
    t.auth0.fault('GET /api/v2/organizations', denied);
    expect(await listNames(t.tenant)).to.deep.equal([]);
    expect(t.auth0.requests.count({ endpoint: 'token' })).to.equal(3);
  });

  it('that are refused as soon as they are given are a fault of the settings', async () => {
    await using t = await sandboxed();
    const body = { statusCode: 401, error: 'Unauthorized', message: 'Bad audience: x' };
    t.auth0.fault('GET /api/v2/organizations', { kind: 'status', status: 401, body }, Infinity);
    const failure = await rejection(listNames(t.tenant));
    expect(failure).to.be.instanceOf(Fault).and.to.include({
      reason: 'AuthenticationFailed',
      statusCode: 401,
    });
    expect(failure).to.have.property('message').that.contains('Bad audience: x. Check');
    expect(t.requests).to.deep.equal(['token 200', 'list 401', 'token 200', 'list 401']);
  });

  it('that do not look like tokens (400 Bearer) are refused tokens', async () => {
    await using t = await sandboxed(
      {},
      {
        credentials: { kind: 'secret', clientId: 'sandbox-client', clientSecret: 'sandbox-secret' },
      },
    );
    const answer = { access_token: 'opaque', expires_in: 60 };
    t.auth0.fault('POST /oauth/token', { kind: 'wrong-shape', body: answer }, Infinity);
    const failure = await rejection(listNames(t.tenant));
    expect(failure).to.include({ reason: 'AuthenticationFailed' });
    expect(t.requests).to.deep.equal(['token 200', 'list 400', 'token 200', 'list 400']);
  });

  it('that live for 10 seconds serve a run of minutes', async () => {
    const clock = createTestClock();
    await using t = await sandboxed({ now: clock.now, tokenLifetimeSeconds: 10 }, { clock });
    t.auth0.seed(organizations(1000));
    let pages = 0;
    for await (const page of t.tenant.listOrganizations(never)) {
      pages += page.length > 0 ? 1 : 0;
      clock.pass(6_000);
    }
    expect(pages).to.equal(20);
    expect(t.auth0.requests.count({ status: 401 })).to.equal(0);
    expect(t.auth0.requests.count({ endpoint: 'token' })).to.be.within(20, 21);
  });

  it('that expire while a request waits for leave are renewed before it is sent', async () => {
    const clock = createTestClock();
    await using t = await sandboxed({ now: clock.now, tokenLifetimeSeconds: 10 }, { clock });
    const wait = { kind: 'too-many-requests', retryAfter: '60' } as const;
    t.auth0.fault('GET /api/v2/organizations', wait, 4);
    expect(await listNames(t.tenant)).to.deep.equal([]);
    expect(t.auth0.requests.count({ status: 401 })).to.equal(0);
  });

  it('with new scopes are got after a sync that lacked them', async () => {
    await using t = await sandboxed();
    const { clientId, clientSecret } = t.auth0;
    t.auth0.addClient({ clientId, clientSecret, scopes: ['read:organizations'] });
    const failure = await rejection(t.tenant.requireScopes([...SCOPES, 'x:y'], never));
    expect(failure).to.include({ reason: 'InsufficientScope' });
    expect(failure).to.have.property('message').that.contains('create:organizations, x:y');
    t.auth0.addClient({ clientId, clientSecret, scopes: SCOPES });
    await t.tenant.requireScopes(SCOPES, never);
    expect(t.auth0.requests.count({ endpoint: 'token' })).to.equal(2);
  });

  it('that turn out to lack a scope are a fault, and the next sync gets another', async () => {
    await using t = await sandboxed();
    const { clientId, clientSecret } = t.auth0;
    t.auth0.addClient({ clientId, clientSecret, scopes: [] });
    // A token without scopes does not tell that it has none.
    await t.tenant.requireScopes(SCOPES, never);
    const body = { name: 'acme', displayName: 'Acme', metadata: {}, connections: [] };
    for (const asked of [listNames(t.tenant), t.tenant.createOrganization(body, never)]) {
      const failure = await rejection(asked);
      expect(failure).to.include({ reason: 'InsufficientScope', statusCode: 403 });
      expect(failure).to.have.property('message').that.contains('expected any of');
    }
    t.auth0.addClient({ clientId, clientSecret, scopes: SCOPES });
    expect(await listNames(t.tenant)).to.deep.equal([]);
  });

  it('of another audience are not given', async () => {
    await using t = await sandboxed({}, { audience: 'https://other/api/v2/' });
    const failure = await rejection(t.tenant.requireScopes(SCOPES, never));
    expect(failure).to.include({ reason: 'AuthenticationFailed', statusCode: 403 });
    expect(failure).to.have.property('message').that.contains('Service not found');
  });

  it('of a custom domain are got through it', async () => {
    await using t = await sandboxed();
    const [, port] = t.auth0.domain.split(':');
    const { tenant } = await clientOf(`localhost:${port}`);
    expect(await listNames(tenant)).to.deep.equal([]);
  });

  it('are not given to a client without a grant, or with the wrong secret', async () => {
    await using t = await sandboxed();
    t.auth0.addClient({ clientId: 'ungranted', clientSecret: 'no-such-secret' });
    for (const [clientId, said] of [
      ['ungranted', 'Client is not authorized to access'],
      ['sandbox-client', 'Unauthorized'],
      ['stranger', 'Unauthorized'],
    ] as const) {
      const credentials = { kind: 'secret', clientId, clientSecret: 'no-such-secret' } as const;
      const { tenant, requests } = await clientOf(t.auth0.domain, { credentials });
      const failure = await rejection(listNames(tenant));
      expect(failure).to.include({ reason: 'AuthenticationFailed' });
      expect(failure).to.have.property('message').that.contains(said);
      expect(requests).to.have.length(1);
    }
  });

  it('are got with a private key', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    await using t = await sandboxed(
      { clients: [{ clientId: 'signer', publicKey, scopes: SCOPES }] },
      { credentials: { kind: 'privateKey', clientId: 'signer', privateKey } },
    );
    await t.tenant.requireScopes(SCOPES, never);
    // Each assertion is good for one request.
    t.auth0.revokeTokens();
    expect(await listNames(t.tenant)).to.deep.equal([]);
    expect(t.requests).to.deep.equal(['token 200', 'list 401', 'token 200', 'list 200']);
  });
});

describe('auth0: the token endpoint', () => {
  for (const kind of [
    'html',
    'empty',
    'garbage-json',
    'cut-body',
    'reset',
    'lost-answer',
  ] as const) {
    it(`${kind}: once costs nothing, for ever it is a fault of the tenant`, async () => {
      await using t = await sandboxed();
      t.auth0.fault('POST /oauth/token', kind, 2);
      await t.tenant.requireScopes(SCOPES, never);
      t.auth0.revokeTokens();
      t.auth0.fault('POST /oauth/token', kind, Infinity);
      expect(await rejection(listNames(t.tenant))).to.include({ reason: 'TargetUnavailable' });
      expect(t.auth0.requests.count({ endpoint: 'token' })).to.equal(3 + 7);
    });
  }

  const BODIES = [
    null,
    {},
    { access_token: '' },
    { access_token: 'a b' },
    { access_token: 'a\nb' },
  ];
  for (const body of [...BODIES, { access_token: 'é' }, { access_token: 5 }, [JWT]]) {
    it(`${JSON.stringify(body)} is no token`, async () => {
      await using t = await sandboxed();
      t.auth0.fault('POST /oauth/token', { kind: 'wrong-shape', body }, Infinity);
      expect(await rejection(listNames(t.tenant))).to.include({
        reason: 'TargetUnavailable',
        statusCode: 200,
      });
    });
  }

  for (const [status, reason] of [
    [400, 'AuthenticationFailed'],
    [401, 'AuthenticationFailed'],
    [403, 'AuthenticationFailed'],
    [302, 'TargetUnavailable'],
    [404, 'TargetUnavailable'],
    [405, 'TargetUnavailable'],
    [500, 'TargetUnavailable'],
    [503, 'TargetUnavailable'],
  ] as const) {
    it(`answers ${status}: ${reason}`, async () => {
      await using t = await sandboxed();
      const body = { error: 'access_denied', error_description: 'Because.' };
      t.auth0.fault('POST /oauth/token', { kind: 'status', status, body }, Infinity);
      const failure = await rejection(t.tenant.requireScopes(SCOPES, never));
      expect(failure).to.be.instanceOf(Fault).and.to.include({ reason, statusCode: status });
      expect(t.auth0.requests.count({ endpoint: 'token' })).to.equal(status < 500 ? 1 : 7);
      if (reason !== 'AuthenticationFailed') return;
      expect(failure).to.have.property('message').that.contains(': Because. Check the client id');
    });
  }

  it('behind a page that refuses everybody says nothing about the credentials', async () => {
    await using server = await startScriptedServer(() => {}, {
      token: (response) => void response.writeHead(403).end('<h1>Blocked</h1>'),
    });
    const { tenant } = await clientOf(server.host);
    expect(await rejection(listNames(tenant))).to.include({ reason: 'TargetUnavailable' });
  });

  it('may leave out the life and the scopes of a token', async () => {
    await using server = await startScriptedServer(
      (_seen, response) => json(response, { organizations: [] }),
      { token: (response) => json(response, { access_token: JWT }) },
    );
    const { tenant, clock } = await clientOf(server.host);
    await tenant.requireScopes(['read:organizations'], never);
    expect(await rejection(tenant.requireScopes(['x'], never))).to.include({
      reason: 'InsufficientScope',
    });
    clock.pass(10 * 86_400_000);
    expect(await listNames(tenant)).to.deep.equal([]);
  });
});

describe('auth0: a token given by hand', () => {
  it('is used as it is, and never renewed', async () => {
    await using t = await sandboxed();
    const { tenant, requests } = await clientOf(t.auth0.domain, {
      credentials: byHand(t.auth0.mintToken()),
    });
    await tenant.requireScopes(SCOPES, never);
    expect(await listNames(tenant)).to.deep.equal([]);
    expect(requests).to.deep.equal(['list 200']);
  });

  it('that has expired is reported without asking', async () => {
    await using t = await sandboxed();
    const credentials = byHand(t.auth0.mintToken({ expiresIn: -1 }));
    const { tenant, requests } = await clientOf(t.auth0.domain, { credentials });
    for (const asked of [tenant.requireScopes(SCOPES, never), listNames(tenant)]) {
      const failure = await rejection(asked);
      expect(failure).to.include({ reason: 'AuthenticationFailed' });
      expect(failure).to.have.property('message').that.contains('Put a new token in its place');
    }
    expect(requests).to.deep.equal([]);
  });

  for (const [what, refuse] of [
    ['revoked', 'revokeTokens'],
    ['expired before its time', 'expireTokens'],
  ] as const) {
    it(`that was ${what} is reported, and asked about again by a later sync only`, async () => {
      await using t = await sandboxed();
      t.auth0.seed(organizations(60));
      const credentials = byHand(t.auth0.mintToken());
      const { tenant, requests, clock } = await clientOf(t.auth0.domain, { credentials });
      await listNames(tenant);
      t.auth0[refuse]();
      for (const ask of [listNames, listNames, () => tenant.requireScopes([], never)]) {
        const failure = await rejection(ask(tenant));
        expect(failure).to.include({ reason: 'AuthenticationFailed', statusCode: 401 });
      }
      expect(requests.slice(2)).to.deep.equal(['list 401']);
      clock.pass(61_000);
      expect(await rejection(listNames(tenant))).to.include({ reason: 'AuthenticationFailed' });
      expect(requests).to.have.length(4);
    });
  }

  it('whose refusal was a mistake works again in a later sync', async () => {
    await using t = await sandboxed();
    const credentials = byHand(t.auth0.mintToken());
    const { tenant, clock } = await clientOf(t.auth0.domain, { credentials });
    t.auth0.fault('GET /api/v2/organizations', { kind: 'status', status: 401 });
    expect(await rejection(listNames(tenant))).to.include({ reason: 'AuthenticationFailed' });
    clock.pass(61_000);
    expect(await listNames(tenant)).to.deep.equal([]);
  });

  for (const token of ['opaque', 'a.b', 'not.a.jwt']) {
    it(`that reads ${token} is refused by Auth0, whatever its status for that`, async () => {
      await using t = await sandboxed();
      const { tenant, requests } = await clientOf(t.auth0.domain, { credentials: byHand(token) });
      await tenant.requireScopes(SCOPES, never);
      const failure = await rejection(listNames(tenant));
      expect(failure).to.include({ reason: 'AuthenticationFailed', statusCode: 401 });
      expect(requests).to.deep.equal([token === 'not.a.jwt' ? 'list 401' : 'list 400']);
    });
  }

  it('that lacks scopes says which, as often as it is asked', async () => {
    await using t = await sandboxed();
    const credentials = byHand(t.auth0.mintToken({ scopes: ['read:organizations'] }));
    const { tenant } = await clientOf(t.auth0.domain, { credentials });
    for (let i = 0; i < 2; i++) {
      const failure = await rejection(tenant.requireScopes(SCOPES, never));
      expect(failure).to.include({ reason: 'InsufficientScope' });
      expect(failure).to.have.property('message').that.contains('scope create:organizations. ');
    }
    expect(await listNames(tenant)).to.deep.equal([]);
  });

  it('for another audience is refused', async () => {
    await using t = await sandboxed();
    const credentials = byHand(t.auth0.mintToken({ audience: 'https://other/' }));
    const { tenant } = await clientOf(t.auth0.domain, { credentials });
    expect(await rejection(listNames(tenant))).to.include({ reason: 'AuthenticationFailed' });
  });
});
