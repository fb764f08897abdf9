import { Fault } from '../../api/fault.ts';
import { credentialsFromKeys, type Credentials } from '../../auth0/credentials.ts';
import { UsageError } from '../usage-error.ts';
import { credentialKeys, type CredentialKeys } from './credential-keys.ts';
import type { Values } from './values.ts';

/** The credentials that a person has given. Throws a UsageError when they cannot be used. */
export function readCommandCredentials(keys: CredentialKeys): Credentials {
  try {
    return credentialsFromKeys(keys);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    // It speaks of a Secret's keys, which here are flags.
    const message = error.message.replaceAll(/\bAUTH0_/g, '--AUTH0_');
    throw new UsageError(message, { cause: error });
  }
}

/**
 * Credentials to use in place of an object's own Secret: those of flags and files. What happens to be
 * in the environment may be of another tenant.
 */
export function credentialsOnPurpose(values: Values): Credentials | undefined {
  const onPurpose = [...values].filter(([, { layer }]) => layer !== 'environment');
  const keys = credentialKeys(new Map(onPurpose));
  return keys && readCommandCredentials(keys);
}
