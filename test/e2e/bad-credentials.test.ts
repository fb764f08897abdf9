import { generateKeyPairSync } from 'node:crypto';
import { OPERATOR_SCOPES } from '../sandbox/auth0/start.ts';
import { DEFAULT_CONNECTION } from '../sandbox/auth0/tenant.ts';
import type { Stage } from './stage.ts';
import { trouble } from './trouble.ts';
import { describeTrouble } from './troubled-world.ts';

const mendSecret = (stage: Stage) => stage.setSecret(stage.keys);

function pem(kind: 'rsa' | 'ec'): string {
  const { privateKey } =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

describeTrouble('a Secret', () => {
  trouble('that does not exist yet', {
    reason: 'SecretNotFound',
    says: /no Secret "trouble-\d+" in namespace "operator-.*Create it with the keys AUTH0_CLIENT_ID/,
    secret: () => 'none',
    mend: mendSecret,
  });

  trouble('that is deleted later', {
    reason: 'SecretNotFound',
    says: /no Secret "trouble-\d+" in namespace "operator-.*Create it with the keys AUTH0_CLIENT_ID/,
    later: true,
    async spoil({ name, world }) {
      await world.operator.kubectl('delete', 'secret', name);
    },
    mend: mendSecret,
  });

  const invalid: readonly [title: string, keys: (stage: Stage) => Record<string, string>][] = [
    ['without keys', () => ({})],
    ['with empty values', () => ({ AUTH0_CLIENT_ID: '', AUTH0_CLIENT_SECRET: ' \n' })],
    ['with other keys', () => ({ user: 'somebody-else', password: 'a-secret-under-another-name' })],
    ['with a client id alone', () => ({ AUTH0_CLIENT_ID: 'somebody' })],
    ['with a client secret alone', () => ({ AUTH0_CLIENT_SECRET: 'a-secret-without-its-client' })],
    [
      'with a token and a client',
      ({ mintToken, keys }) => ({ ...keys, AUTH0_ACCESS_TOKEN: mintToken() }),
    ],
    [
      'with a client secret and a private key',
      ({ keys }) => ({ ...keys, AUTH0_CLIENT_PRIVATE_KEY: pem('rsa') }),
    ],
    [
      'with a private key that is cut',
      () => ({ AUTH0_CLIENT_ID: 'somebody', AUTH0_CLIENT_PRIVATE_KEY: pem('rsa').slice(0, 900) }),
    ],
    [
      'with a private key of another kind',
      () => ({ AUTH0_CLIENT_ID: 'somebody', AUTH0_CLIENT_PRIVATE_KEY: pem('ec') }),
    ],
    ['with a token of two lines', () => ({ AUTH0_ACCESS_TOKEN: 'first-half\nsecond-half' })],
  ];
  for (const [title, secret] of invalid) {
    trouble(title, {
      reason: 'SecretInvalid',
      says: /Secret "trouble-\d+".*Give either AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET, or .*AUTH0_ACCESS_TOKEN/,
      secret,
      mend: mendSecret,
    });
  }
});

describeTrouble('credentials', () => {
  const refused = {
    reason: 'AuthenticationFailed',
    says: /gives no token for https:.*Check the client id and its secret or key.*authorized/,
  } as const;

  trouble('with a client secret that is wrong', {
    ...refused,
    secret: ({ keys }) => ({ ...keys, AUTH0_CLIENT_SECRET: 'the-secret-of-tomorrow' }),
    mend: ({ auth0 }) => void auth0.rotateSecret(auth0.clientId, 'the-secret-of-tomorrow'),
  });

  trouble('of a client that the tenant does not know', {
    ...refused,
    secret: () => ({ AUTH0_CLIENT_ID: 'newcomer', AUTH0_CLIENT_SECRET: 'secret-of-the-newcomer' }),
    mend: ({ auth0 }) =>
      auth0.addClient({
        clientId: 'newcomer',
        clientSecret: 'secret-of-the-newcomer',
        scopes: OPERATOR_SCOPES,
      }),
  });

  trouble('of a client that is not authorized for the Management API', {
    ...refused,
    says: /Client is not authorized to access.*Check .* that the application is authorized/,
    secret: () => ({ AUTH0_CLIENT_ID: 'stranger', AUTH0_CLIENT_SECRET: 'secret-of-the-stranger' }),
    spoil: ({ auth0 }) =>
      auth0.addClient({ clientId: 'stranger', clientSecret: 'secret-of-the-stranger' }),
    mend: ({ auth0 }) =>
      auth0.addClient({
        clientId: 'stranger',
        clientSecret: 'secret-of-the-stranger',
        scopes: OPERATOR_SCOPES,
      }),
  });

  trouble('whose key was replaced in Auth0', {
    ...refused,
    secret: () => ({ AUTH0_CLIENT_ID: 'signer', AUTH0_CLIENT_PRIVATE_KEY: pem('rsa') }),
    spoil: ({ auth0 }) => {
      const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const exported = publicKey.export({ type: 'spki', format: 'pem' }).toString();
      auth0.addClient({ clientId: 'signer', publicKey: exported, scopes: OPERATOR_SCOPES });
    },
    mend: mendSecret,
  });

  trouble('refused by the API although they were just given', {
    reason: 'AuthenticationFailed',
    says: /refuses a token that it has just given.*Check that auth0\.audience/,
    spoil: ({ auth0 }) =>
      auth0.fault({ endpoint: 'list' }, { kind: 'status', status: 401 }, Infinity),
    mend: ({ auth0 }) => auth0.clearFaults(),
  });
});

describeTrouble('a token given by hand', () => {
  const expired = {
    reason: 'AuthenticationFailed',
    says: /does not accept AUTH0_ACCESS_TOKEN: it has expired.*Put a new token in its place/,
    mend: (stage: Stage) => stage.setSecret({ AUTH0_ACCESS_TOKEN: stage.mintToken() }),
  } as const;

  trouble('that has expired', {
    ...expired,
    secret: ({ mintToken }) => ({ AUTH0_ACCESS_TOKEN: mintToken({ expiresIn: -60 }) }),
  });

  trouble('that expires while nothing happens', {
    ...expired,
    secret: ({ mintToken }) => ({ AUTH0_ACCESS_TOKEN: mintToken() }),
    spec: { driftInterval: '1s' },
    later: true,
    spoil: ({ auth0 }) => auth0.expireTokens(),
  });

  trouble('of another tenant', {
    ...expired,
    secret: ({ mintToken }) => ({
      AUTH0_ACCESS_TOKEN: mintToken({ audience: 'https://other.eu.auth0.com/api/v2/' }),
    }),
  });

  trouble('that may only read', {
    reason: 'InsufficientScope',
    says: /lacks the scopes create:organizations, update:organizations, delete:organizations. Grant/,
    secret: ({ mintToken }) => ({
      AUTH0_ACCESS_TOKEN: mintToken({ scopes: ['read:organizations'] }),
    }),
    mend: expired.mend,
  });
});

describeTrouble('an application without the scope', () => {
  const needed = OPERATOR_SCOPES.filter((scope) => scope !== 'update:organization_connections');
  for (const missing of needed) {
    trouble(missing, {
      reason: 'InsufficientScope',
      says: new RegExp(`lacks the scopes? ${missing}\\. Grant`),
      client: { scopes: needed.filter((scope) => scope !== missing) },
      spec: { auth0: { connections: [{ name: DEFAULT_CONNECTION }] } },
      mend: ({ auth0 }) =>
        auth0.addClient({
          clientId: auth0.clientId,
          clientSecret: auth0.clientSecret,
          scopes: OPERATOR_SCOPES,
        }),
    });
  }
});
