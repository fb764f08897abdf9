import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { jwtVerify } from 'jose';
import { clientAssertion } from '../../../src/auth0/client-assertion.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const NOW = Date.UTC(2026, 6, 1, 12) + 789;

async function verify(assertion: string) {
  return jwtVerify(assertion, createPublicKey(publicKey), { currentDate: new Date(NOW) });
}

describe('auth0: a client assertion', () => {
  it('is signed with the key, for this client and this tenant, and short-lived', async () => {
    const assertion = await clientAssertion('id', privateKey, 'https://acme.eu/oauth/token', NOW);
    const { payload, protectedHeader } = await verify(assertion);
    expect(protectedHeader).to.deep.equal({ alg: 'RS256' });
    const { jti, ...claims } = payload;
    const iat = Math.floor(NOW / 1000);
    expect(claims).to.deep.equal({
      iss: 'id',
      sub: 'id',
      aud: 'https://acme.eu/',
      iat,
      exp: iat + 120,
    });
    expect(jti).to.be.a('string').with.length.within(16, 64);
  });

  it('is another one each time', async () => {
    const make = () => clientAssertion('id', privateKey, 'https://acme.eu/oauth/token', NOW);
    const [one, other] = [await make(), await make()];
    expect((await verify(one)).payload.jti).not.to.equal((await verify(other)).payload.jti);
  });

  it('names the tenant with its port', async () => {
    const made = await clientAssertion('id', privateKey, 'https://127.0.0.1:8443/oauth/token', NOW);
    expect((await verify(made)).payload.aud).to.equal('https://127.0.0.1:8443/');
  });
});
