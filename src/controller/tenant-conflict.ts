import { tenantHost } from '../api/auth0-settings.ts';
import type { InstitutionSync } from '../api/institution-sync.ts';

/**
 * The older object that works on the same tenant, if there is one. An object that is being deleted
 * still owns its tenant until it is gone: it may be removing organizations.
 */
export function olderRival(
  object: InstitutionSync,
  all: Iterable<InstitutionSync>,
): InstitutionSync | undefined {
  const tenant = tenantHost(object.spec.auth0.domain);
  let oldest: InstitutionSync | undefined;
  for (const other of all) {
    if (tenantHost(other.spec.auth0.domain) !== tenant) continue;
    if (isOlder(other, oldest ?? object)) oldest = other;
  }
  return oldest;
}

function isOlder(a: InstitutionSync, b: InstitutionSync): boolean {
  return ageKey(a) < ageKey(b);
}

/** Creation times have whole seconds; the uid decides between objects of the same second. */
function ageKey({ metadata }: InstitutionSync): string {
  return `${metadata.creationTimestamp} ${metadata.uid}`;
}
