import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import { Fault } from '../../../src/api/fault.ts';
import { credentialsFromKeys } from '../../../src/auth0/credentials.ts';

function pem(
  modulusLength: number,
  type: 'pkcs1' | 'pkcs8' = 'pkcs8',
  passphrase?: string,
): string {
  return generateKeyPairSync('rsa', {
    modulusLength,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: {
      type,
      format: 'pem',
      ...(passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase }),
    },
  }).privateKey;
}

const KEY = pem(2048);
const CLIENT = { AUTH0_CLIENT_ID: 'id', AUTH0_CLIENT_SECRET: 'secret' };
const SIGNER = { AUTH0_CLIENT_ID: 'id', AUTH0_CLIENT_PRIVATE_KEY: KEY };

describe('auth0: credentials', () => {
  it('are of three kinds', () => {
    expect(credentialsFromKeys(CLIENT)).to.deep.equal({
      kind: 'secret',
      clientId: 'id',
      clientSecret: 'secret',
    });
    expect(credentialsFromKeys(SIGNER)).to.deep.equal({
      kind: 'privateKey',
      clientId: 'id',
      privateKey: KEY.trim(),
    });
    expect(credentialsFromKeys({ AUTH0_ACCESS_TOKEN: 'a.b.c' })).to.deep.equal({
      kind: 'token',
      accessToken: 'a.b.c',
    });
  });

  it('are taken without the white space around them, and whatever else there is', () => {
    const keys = { AUTH0_CLIENT_ID: ' id\r\n', AUTH0_CLIENT_SECRET: '\ufeffsecret\n', OTHER: 5 };
    expect(credentialsFromKeys(keys)).to.deep.equal(credentialsFromKeys(CLIENT));
    const token = { AUTH0_ACCESS_TOKEN: 'a.b.c\n', AUTH0_CLIENT_ID: ' ', AUTH0_CLIENT_SECRET: '' };
    expect(credentialsFromKeys(token)).to.deep.equal({ kind: 'token', accessToken: 'a.b.c' });
  });

  for (const [what, text] of [
    ['PKCS #1', pem(2048, 'pkcs1')],
    ['4096 bits', pem(4096)],
    ['Windows line ends', KEY.replaceAll('\n', '\r\n')],
    ['\\n for its line breaks', KEY.replaceAll('\n', '\\n')],
    ['\\n and quotes, as in an env file', `"${KEY.replaceAll('\n', '\\n')}"`],
  ] as const) {
    it(`may be a private key with ${what}`, () => {
      const found = credentialsFromKeys({ ...SIGNER, AUTH0_CLIENT_PRIVATE_KEY: text });
      expect(found).to.have.property('kind', 'privateKey');
    });
  }

  const ec = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const REFUSED: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
    ['nothing', {}, 'There are no credentials'],
    ['blanks', { AUTH0_CLIENT_ID: ' ', AUTH0_ACCESS_TOKEN: '\n' }, 'There are no credentials'],
    ['an id alone', { AUTH0_CLIENT_ID: 'id' }, 'AUTH0_CLIENT_ID is given without'],
    ['a secret alone', { AUTH0_CLIENT_SECRET: 's' }, 'AUTH0_CLIENT_ID is missing'],
    ['a key alone', { AUTH0_CLIENT_PRIVATE_KEY: KEY }, 'AUTH0_CLIENT_ID is missing'],
    ['secret and key', { ...CLIENT, ...SIGNER }, 'are both given'],
    ['token and id', { AUTH0_ACCESS_TOKEN: 't', AUTH0_CLIENT_ID: 'id' }, 'together with'],
    ['two tokens', { AUTH0_ACCESS_TOKEN: 'a.b.c d.e.f' }, 'characters that no token has'],
    ['a header', { AUTH0_ACCESS_TOKEN: 'Bearer a.b.c' }, 'characters that no token has'],
    ['a token of two lines', { AUTH0_ACCESS_TOKEN: 'a\nb' }, 'characters that no token has'],
    ['a token beyond ASCII', { AUTH0_ACCESS_TOKEN: 'é' }, 'characters that no token has'],
    ['a number', { AUTH0_CLIENT_ID: 5 }, 'AUTH0_CLIENT_ID is not a text'],
    ['no PEM', { ...SIGNER, AUTH0_CLIENT_PRIVATE_KEY: 'x' }, 'in PEM format'],
    [
      'a public key',
      { ...SIGNER, AUTH0_CLIENT_PRIVATE_KEY: ec.publicKey },
      'is not an unencrypted private key in PEM format: it is a public key',
    ],
    [
      'an encrypted key',
      { ...SIGNER, AUTH0_CLIENT_PRIVATE_KEY: pem(2048, 'pkcs8', 'p') },
      'is not an unencrypted private key in PEM format: it is encrypted',
    ],
    [
      'a cut key',
      { ...SIGNER, AUTH0_CLIENT_PRIVATE_KEY: KEY.slice(0, 900) },
      'PEM format: it is cut',
    ],
    [
      'another kind of key',
      { ...SIGNER, AUTH0_CLIENT_PRIVATE_KEY: ec.privateKey },
      'not an RSA key',
    ],
    ['a short key', { ...SIGNER, AUTH0_CLIENT_PRIVATE_KEY: pem(1024) }, 'fewer than 2048 bits'],
  ];
  for (const [what, keys, message] of REFUSED) {
    it(`cannot be ${what}`, () => {
      let fault: unknown;
      try {
        credentialsFromKeys(keys);
      } catch (error) {
        fault = error;
      }
      expect(fault).to.be.instanceOf(Fault).and.to.include({ reason: 'SecretInvalid' });
      expect(fault).to.have.property('message').that.contains(message).and.contains('Give either');
      for (const value of Object.values(keys)) {
        if (String(value).trim().length < 10) continue;
        expect(inspect(fault, { showHidden: true, depth: Infinity })).not.to.include(String(value));
      }
    });
  }

  it('are found or refused with SecretInvalid, whatever the keys hold', () => {
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.constant(undefined), fc.anything());
    const keys = fc.record(
      {
        AUTH0_CLIENT_ID: value,
        AUTH0_CLIENT_SECRET: value,
        AUTH0_CLIENT_PRIVATE_KEY: value,
        AUTH0_ACCESS_TOKEN: value,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(keys, (given) => {
        try {
          const found = credentialsFromKeys(given);
          for (const text of Object.values(found)) expect(text).to.match(/\S/);
        } catch (error) {
          expect(error).to.be.instanceOf(Fault).and.to.include({ reason: 'SecretInvalid' });
        }
      }),
      { seed: 7 },
    );
  });
});
