import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { Fault } from '../api/fault.ts';

/** How to get a token: by a client's secret, by its private key (Private Key JWT), or given by hand. */
export type Credentials =
  | { readonly kind: 'secret'; readonly clientId: string; readonly clientSecret: string }
  | { readonly kind: 'privateKey'; readonly clientId: string; readonly privateKey: string }
  | { readonly kind: 'token'; readonly accessToken: string };

/** White space around a value is a slip of the editor or of `echo`; an empty value is none. */
const Value = z
  .string()
  .trim()
  .transform((value) => value || undefined)
  .optional();

const Keys = z.object({
  AUTH0_CLIENT_ID: Value,
  AUTH0_CLIENT_SECRET: Value,
  AUTH0_CLIENT_PRIVATE_KEY: Value,
  AUTH0_ACCESS_TOKEN: Value,
});

const KINDS =
  'Give either AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET, or AUTH0_CLIENT_ID and AUTH0_CLIENT_PRIVATE_KEY, or AUTH0_ACCESS_TOKEN.';

/**
 * The credentials in a Secret's keys or a process's settings; other keys do not matter. Throws
 * SecretInvalid, naming the keys, when there is not exactly one complete kind.
 */
export function credentialsFromKeys(keys: Readonly<Record<string, unknown>>): Credentials {
  const {
    AUTH0_CLIENT_ID: clientId,
    AUTH0_CLIENT_SECRET: clientSecret,
    AUTH0_CLIENT_PRIVATE_KEY: privateKey,
    AUTH0_ACCESS_TOKEN: accessToken,
  } = Keys.parse(keys);

  if (accessToken !== undefined) {
    if (clientId !== undefined || clientSecret !== undefined || privateKey !== undefined) {
      throw invalid('AUTH0_ACCESS_TOKEN is given together with AUTH0_CLIENT_…');
    }
    if (/[^\x21-\x7e]/.test(accessToken)) {
      throw invalid('AUTH0_ACCESS_TOKEN holds characters that no token has');
    }
    return { kind: 'token', accessToken };
  }
  if (clientSecret !== undefined && privateKey !== undefined) {
    throw invalid('AUTH0_CLIENT_SECRET and AUTH0_CLIENT_PRIVATE_KEY are both given');
  }
  if (clientId === undefined) {
    const found = clientSecret !== undefined || privateKey !== undefined;
    throw invalid(found ? 'AUTH0_CLIENT_ID is missing' : 'There are no credentials');
  }
  if (clientSecret !== undefined) return { kind: 'secret', clientId, clientSecret };
  if (privateKey === undefined) {
    throw invalid('AUTH0_CLIENT_ID is given without AUTH0_CLIENT_SECRET');
  }
  assertPrivateKey(privateKey);
  return { kind: 'privateKey', clientId, privateKey };
}

function assertPrivateKey(pem: string): void {
  let type: string | undefined;
  try {
    type = createPrivateKey(pem).asymmetricKeyType;
  } catch {
    // The cause may quote the key.
    throw invalid('AUTH0_CLIENT_PRIVATE_KEY is not a private key in PEM format');
  }
  if (type !== 'rsa') throw invalid('AUTH0_CLIENT_PRIVATE_KEY is not an RSA key');
}

function invalid(what: string): Fault {
  return new Fault('SecretInvalid', `${what}. ${KINDS}`);
}
