import { createHash } from 'node:crypto';
import { Fault } from '../api/fault.ts';
import { credentialsFromKeys, type Credentials } from '../auth0/credentials.ts';
import type { ObjectApi } from './object-api.ts';

export interface SecretContent {
  /** Differs when the credentials do, whatever else changed in the Secret. */
  readonly version: string;
  readonly credentials: Credentials;
}

/**
 * Reads the credentials of an object, from its own namespace only. Rejects with SecretNotFound or
 * SecretInvalid.
 */
export async function readCredentials(
  api: Pick<ObjectApi, 'readSecret'>,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<SecretContent> {
  const keys = await api.readSecret(namespace, name, signal);
  if (keys === undefined) {
    throw new Fault(
      'SecretNotFound',
      `There is no Secret ${JSON.stringify(name)} in namespace ${JSON.stringify(namespace)}. Create it with the keys AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET; the sync then starts by itself.`,
    );
  }
  const credentials = credentialsFromKeys(keys);
  const version = createHash('sha256').update(JSON.stringify(credentials)).digest('base64url');
  return { version, credentials };
}
