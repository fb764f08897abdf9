import { Fault } from '../api/fault.ts';
import { credentialsFromKeys, type Credentials } from '../auth0/credentials.ts';
import type { ObjectApi } from './object-api.ts';

export interface SecretContent {
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
  const secret = await api.readSecret(namespace, name, signal);
  if (secret === undefined) {
    throw new Fault(
      'SecretNotFound',
      `There is no Secret ${JSON.stringify(name)} in namespace ${JSON.stringify(namespace)}. Create it with the keys AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET; the sync then starts by itself.`,
    );
  }
  return { version: secret.version, credentials: credentialsFromKeys(secret.keys) };
}
