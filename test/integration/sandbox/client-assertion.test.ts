import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { SignJWT, type JWTPayload } from 'jose';
import {
  OPERATOR_SCOPES,
  startAuth0Sandbox,
  type Auth0Options,
} from '../../sandbox/auth0/start.ts';
import { plainClient, type Seen } from './plain-client.ts';

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = publicKey.export({ type: 'spki', format: 'pem' }).toString();

interface Changes {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly algorithm?: string;
  readonly key?: typeof privateKey;
  readonly type?: string;
}

async function tenant(options: Auth0Options = {}) {
  const auth0 = await startAuth0Sandbox({
    clients: [
      { clientId: 'signer', publicKey: PEM, scopes: OPERATOR_SCOPES },
      { clientId: 'plain', clientSecret: 's', scopes: OPERATOR_SCOPES },
    ],
    ...options,
  });
  const client = await plainClient(auth0.url);
  const claims = (): JWTPayload => {
    const iat = Math.floor((options.now ?? Date.now)() / 1000);
    return {
      iss: 'signer',
      sub: 'signer',
      aud: `${auth0.url}/`,
      iat,
      exp: iat + 60,
      jti: randomUUID(),
    };
  };
  const ask = async (changes: Changes = {}): Promise<Seen> => {
    const assertion = await new SignJWT({ ...claims(), ...changes.claims })
      .setProtectedHeader({ alg: changes.algorithm ?? 'RS256' })
      .sign(changes.key ?? privateKey);
    return client.post('/oauth/token', {
      grant_type: 'client_credentials',
      client_id: 'signer',
      audience: auth0.audience,
      client_assertion: assertion,
      client_assertion_type: changes.type ?? TYPE,
    });
  };
  return { auth0, client, ask, claims, [Symbol.asyncDispose]: auth0[Symbol.asyncDispose] };
}

describe('sandbox: client assertions (private_key_jwt)', () => {
  it('are granted a token, each once', async () => {
    await using t = await tenant();
    const seen = await t.ask();
    expect(seen.status).to.equal(200);
    expect(seen.body).to.have.property('access_token').that.is.a('string');
    const jti = 'used-twice';
    expect((await t.ask({ claims: { jti } })).status).to.equal(200);
    const again = await t.ask({ claims: { jti } });
    expect(again.status).to.equal(401);
    expect(again.body).to.include({ error: 'invalid_client' });
  });

  const now = Math.floor(Date.UTC(2026, 7, 3) / 1000);
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const REFUSED: readonly [string, Changes][] = [
    ['another key', { key: stranger }],
    ['another algorithm', { algorithm: 'RS384' }],
    ['another issuer', { claims: { iss: 'plain' } }],
    ['another subject', { claims: { sub: 'plain' } }],
    ['an audience without its slash', { claims: { aud: 'https://127.0.0.1' } }],
    ['a life of more than five minutes', { claims: { iat: now, exp: now + 301 } }],
    ['a life that is over', { claims: { iat: now - 60, exp: now - 1 } }],
    ['a life that has not begun', { claims: { iat: now + 60, exp: now + 120 } }],
    ['no end', { claims: { exp: undefined } }],
    ['no jti', { claims: { jti: undefined } }],
    ['a jti of 65 characters', { claims: { jti: 'j'.repeat(65) } }],
  ];
  for (const [what, changes] of REFUSED) {
    it(`are refused with ${what}`, async () => {
      await using t = await tenant({ now: () => now * 1000 });
      const seen = await t.ask(changes);
      expect(seen.status).to.equal(401);
      expect(seen.body).to.include({ error: 'invalid_client' });
    });
  }

  it('may live for five minutes, and begin up to ten seconds ahead of the clock', async () => {
    await using t = await tenant({ now: () => now * 1000 });
    expect((await t.ask({ claims: { iat: now, exp: now + 300 } })).status).to.equal(200);
    expect((await t.ask({ claims: { iat: now + 10, exp: now + 60 } })).status).to.equal(200);
  });

  it('are refused under another type', async () => {
    await using t = await tenant();
    expect((await t.ask({ type: 'jwt' })).body).to.include({ error: 'invalid_request' });
  });

  it('belong to clients with a key, and secrets to clients with a secret', async () => {
    await using t = await tenant();
    const secret = await t.client.post('/oauth/token', {
      grant_type: 'client_credentials',
      client_id: 'signer',
      client_secret: 's',
      audience: t.auth0.audience,
    });
    expect(secret.status).to.equal(401);
    t.auth0.addClient({ clientId: 'signer', clientSecret: 's', scopes: [] });
    expect((await t.ask()).body).to.include({ error: 'invalid_client' });
  });
});
