import { createPrivateKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { Fault } from '../api/fault.ts';
import { readClaims } from './claims.ts';

/** How to get a token: by a client's secret, by its private key (Private Key JWT), or given by hand. */
export type Credentials =
  ClientCredentials | { readonly kind: 'token'; readonly accessToken: string };

/** An application's own: tokens are requested with them. */
export type ClientCredentials =
  | { readonly kind: 'secret'; readonly clientId: string; readonly clientSecret: string }
  | { readonly kind: 'privateKey'; readonly clientId: string; readonly privateKey: string };

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
  const { data, error } = Keys.safeParse(keys);
  if (data === undefined) throw invalid(`${String(error.issues[0]?.path[0])} is not a text`);
  const {
    AUTH0_CLIENT_ID: clientId,
    AUTH0_CLIENT_SECRET: clientSecret,
    AUTH0_CLIENT_PRIVATE_KEY: privateKey,
    AUTH0_ACCESS_TOKEN: accessToken,
  } = data;

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
  return { kind: 'privateKey', clientId, privateKey: readPrivateKey(privateKey) };
}

/** RS256 takes no shorter key (RFC 7518, section 3.3). */
const SHORTEST_KEY_BITS = 2048;

/** Files of settings (.env) hold one line for each key, so there \n stands for the line breaks. */
function readPrivateKey(text: string): string {
  const pem = text.replace(/^(["'])(.*)\1$/s, '$2').replaceAll('\\n', '\n');
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    // The cause may quote the key.
    throw invalid(
      `AUTH0_CLIENT_PRIVATE_KEY is not an unencrypted private key in PEM format${lookOf(pem)}`,
    );
  }
  // Auth0 takes RS256, RS384 and PS256 for client assertions, all of them RSA.
  if (key.asymmetricKeyType !== 'rsa') throw invalid('AUTH0_CLIENT_PRIVATE_KEY is not an RSA key');
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < SHORTEST_KEY_BITS) {
    throw invalid(`AUTH0_CLIENT_PRIVATE_KEY has fewer than ${SHORTEST_KEY_BITS} bits`);
  }
  return pem;
}

/** What people give by mistake. */
function lookOf(text: string): string {
  if (/-----BEGIN ENCRYPTED |^Proc-Type: 4,ENCRYPTED/m.test(text)) return ': it is encrypted';
  if (text.includes('-----BEGIN CERTIFICATE')) return ': it is a certificate';
  if (/-----BEGIN [A-Z ]*PUBLIC KEY|^ssh-/.test(text)) return ': it is a public key';
  if (text.includes('-----BEGIN OPENSSH ')) return ': it is in the format of OpenSSH';
  return /-----BEGIN [A-Z ]*PRIVATE KEY/.test(text) ? ': it is cut or damaged' : '';
}

function invalid(what: string): Fault {
  return new Fault('SecretInvalid', `${what}. ${KINDS}`);
}

/** The application that changes are made with; undefined when a token does not tell. */
export function clientIdOf(credentials: Credentials): string | undefined {
  return credentials.kind === 'token'
    ? readClaims(credentials.accessToken).clientId
    : credentials.clientId;
}
