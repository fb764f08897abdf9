import { createHash } from 'node:crypto';
import { Fault } from '../api/fault.ts';
import { credentialsFromKeys, type Credentials } from '../auth0/credentials.ts';
import { KubernetesError } from '../kubernetes/kubernetes-error.ts';
import type { ObjectApi } from './object-api.ts';

export interface SecretContent {
  /** Differs when the credentials do, whatever else changed in the Secret. */
  readonly version: string;
  readonly credentials: Credentials;
}

/**
 * Reads the credentials of an object, from its own namespace only. Rejects with SecretNotFound, also
 * when the controller may not read the Secret, or with SecretInvalid.
 */
export async function readCredentials(
  api: Pick<ObjectApi, 'readSecret'>,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<SecretContent> {
  const keys = await readKeys(api, namespace, name, signal);
  if (keys === undefined) {
    throw new Fault(
      'SecretNotFound',
      `There is no Secret ${JSON.stringify(name)} in namespace ${JSON.stringify(namespace)}. Create it with the keys AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET; the sync then starts by itself.`,
    );
  }
  const credentials = usable(keys, name);
  const version = createHash('sha256').update(JSON.stringify(credentials)).digest('base64url');
  return { version, credentials };
}

/** Without the right to read it, waiting may help: roles often come a little after the object. */
async function readKeys(
  api: Pick<ObjectApi, 'readSecret'>,
  namespace: string,
  name: string,
  signal: AbortSignal,
): ReturnType<ObjectApi['readSecret']> {
  try {
    return await api.readSecret(namespace, name, signal);
  } catch (error) {
    if (!(error instanceof KubernetesError) || error.statusCode !== 403) throw error;
    throw new Fault(
      'SecretNotFound',
      `The controller may not read Secret ${JSON.stringify(name)} in namespace ${JSON.stringify(namespace)}. Let its service account get, list and watch Secrets there, as the chart does; the sync then starts by itself.`,
      { statusCode: 403, cause: error },
    );
  }
}

function usable(keys: Readonly<Record<string, string>>, name: string): Credentials {
  try {
    return credentialsFromKeys(keys);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new Fault(error.reason, `Secret ${JSON.stringify(name)} is not usable: ${error.message}`);
  }
}
