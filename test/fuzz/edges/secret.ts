import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { Fault } from '../../../src/api/fault.ts';
import { clientAssertion } from '../../../src/auth0/client-assertion.ts';
import { clientIdOf, credentialsFromKeys } from '../../../src/auth0/credentials.ts';
import { readClaims } from '../../../src/auth0/claims.ts';
import { createSecrets } from '../../../src/telemetry/secrets.ts';
import { corpusList } from '../corpus.ts';
import { defineEdge } from '../edge.ts';
import { declared, must } from '../judge.ts';
import { longText, nastyText, nastyValue, ownEntries } from '../nasty.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEMS = (['pkcs1', 'pkcs8'] as const).map((type) =>
  String(privateKey.export({ type, format: 'pem' })),
);
const TOKEN = ['{"alg":"none"}', '{"exp":1e308,"scope":"a b","azp":7}', '']
  .map((part) => Buffer.from(part).toString('base64url'))
  .join('.');

const value = fc.oneof(
  longText,
  fc.constantFrom(...PEMS, TOKEN, 'client', 'secret'),
  fc
    .tuple(fc.constantFrom(...PEMS), fc.nat(2000), nastyText)
    .map(([pem, at, text]) => pem.slice(0, at) + text + pem.slice(at)),
  nastyValue,
);
const name = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.constantFrom(
      'AUTH0_CLIENT_ID',
      'AUTH0_CLIENT_SECRET',
      'AUTH0_CLIENT_PRIVATE_KEY',
      'AUTH0_ACCESS_TOKEN',
    ),
  },
  { weight: 1, arbitrary: nastyText },
);

/** The keys of a Secret, or the credentials among a command's settings. */
export const secret = defineEdge<object>({
  name: 'secret',
  corpus: () => [
    ...corpusList<object>('secrets.json'),
    ...PEMS.map(
      (pem) => ['PEM', { AUTH0_CLIENT_ID: 'id', AUTH0_CLIENT_PRIVATE_KEY: pem }] as const,
    ),
    [
      'long key',
      { AUTH0_CLIENT_ID: 'id', AUTH0_CLIENT_PRIVATE_KEY: '-----BEGIN '.repeat(100_000) },
    ],
    ['long token', { AUTH0_ACCESS_TOKEN: 'eyJ.'.repeat(250_000) }],
    ['quotes', { AUTH0_CLIENT_ID: 'id', AUTH0_CLIENT_PRIVATE_KEY: '"'.repeat(1_000_000) }],
    ['many keys', Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, 'v']))],
  ],
  made: fc.array(fc.tuple(name, value), { maxLength: 4 }).map(ownEntries),
  async attempt(keys) {
    const credentials = await declared(() => credentialsFromKeys({ ...keys }), Fault);
    if (credentials === undefined) return;
    clientIdOf(credentials);
    const secrets = createSecrets();
    if (credentials.kind === 'privateKey') {
      const assertion = await clientAssertion(
        credentials.clientId,
        credentials.privateKey,
        'https://a.auth0.com/oauth/token',
        0,
      );
      must(readClaims(assertion).expiresAt === 120_000, 'the assertion does not last two minutes');
      secrets.hide(credentials.privateKey);
    } else
      secrets.hide(
        credentials.kind === 'secret' ? credentials.clientSecret : credentials.accessToken,
      );
    secrets.redact('text');
  },
});
