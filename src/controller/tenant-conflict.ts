import { tenantHost } from '../api/auth0-settings.ts';
import type { InstitutionSync } from '../api/institution-sync.ts';

/** Which tenant an object works on, and since when. */
export interface TenantClaim {
  readonly metadata: Pick<
    InstitutionSync['metadata'],
    'uid' | 'namespace' | 'name' | 'creationTimestamp'
  >;
  readonly spec: { readonly auth0: { readonly domain: string } };
}

/**
 * The older object that works on the same tenant, if there is one. An object that is being deleted
 * still owns its tenant until it is gone: it may be removing organizations.
 */
export function olderRival<Claim extends TenantClaim>(
  object: TenantClaim,
  all: Iterable<Claim>,
): Claim | undefined {
  const tenant = tenantHost(object.spec.auth0.domain);
  let oldest: Claim | undefined;
  for (const other of all) {
    if (tenantHost(other.spec.auth0.domain) !== tenant) continue;
    if (isOlder(other, oldest ?? object)) oldest = other;
  }
  return oldest;
}

function isOlder(a: TenantClaim, b: TenantClaim): boolean {
  return ageKey(a) < ageKey(b);
}

/** Creation times have whole seconds; the uid decides between objects of the same second. */
function ageKey({ metadata }: TenantClaim): string {
  return `${metadata.creationTimestamp} ${metadata.uid}`;
}
