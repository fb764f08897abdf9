import type { Organization } from '../../../src/auth0/organization.ts';
import type { Institution, Listing } from '../../../src/institutions/institution.ts';

/** An institution, by default of the name that `organization` shows. */
export function institution(
  id: string,
  name = `Name ${id}`,
  fields: Readonly<Record<string, string>> = {},
): Institution {
  return { id, name, fields };
}

/** An organization, by default managed and in sync with `institution(name)`. */
export function organization(
  id: string,
  name: string,
  metadata: Readonly<Record<string, string>> = { institutionId: name },
  displayName: string | undefined = `Name ${name}`,
): Organization {
  return { id, name, displayName, metadata };
}

/** `i-1` to `i-<count>`. */
export function ids(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `i-${index + 1}`);
}

export function listing(
  institutions: readonly (Institution | string)[],
  skipped: Listing['skipped'] = [],
): Listing {
  return {
    institutions: institutions.map((each) => (typeof each === 'string' ? institution(each) : each)),
    skipped,
    digest: 'sha256:0',
  };
}

/** In-sync organizations `org_<id>` of these institutions. */
export function organizations(institutionIds: readonly string[]): readonly Organization[] {
  return institutionIds.map((id) => organization(`org_${id}`, id));
}

export function byId(rows: Iterable<Organization>): Map<string, Organization> {
  return new Map([...rows].map((each) => [each.id, each]));
}
