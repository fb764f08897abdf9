import type { NewOrganization, Organization, OrganizationChanges } from '../auth0/organization.ts';
import type { EnabledConnection } from '../auth0/organization.ts';
import type { Institution } from '../institutions/institution.ts';
import { MARK } from './ownership.ts';

/** The organization to create for an institution. */
export function newOrganization(
  institution: Institution,
  connections: readonly EnabledConnection[],
): NewOrganization {
  return {
    name: institution.id,
    displayName: institution.name,
    metadata: { ...institution.fields, [MARK]: institution.id },
    connections,
  };
}

/**
 * What must change for `organization` to be the institution's; undefined when nothing must.
 * Of the metadata, only the mark and the chosen fields are ours: a chosen field that THE no longer
 * has goes, every other key stays.
 */
export function differences(
  organization: Organization,
  institution: Institution,
  fields: readonly string[],
): OrganizationChanges | undefined {
  const metadata = metadataDiffers(organization.metadata, institution, fields)
    ? desiredMetadata(organization.metadata, institution, fields)
    : undefined;
  // By far the most frequent case; nothing is allocated for it.
  if (
    metadata === undefined &&
    organization.name === institution.id &&
    organization.displayName === institution.name
  ) {
    return undefined;
  }
  return {
    ...(organization.name === institution.id ? {} : { name: institution.id }),
    ...(organization.displayName === institution.name ? {} : { displayName: institution.name }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

function metadataDiffers(
  metadata: Readonly<Record<string, string>>,
  institution: Institution,
  fields: readonly string[],
): boolean {
  if (ownValue(metadata, MARK) !== institution.id) return true;
  return fields.some((key) => ownValue(metadata, key) !== ownValue(institution.fields, key));
}

function desiredMetadata(
  metadata: Readonly<Record<string, string>>,
  institution: Institution,
  fields: readonly string[],
): Record<string, string> {
  const others = Object.entries(metadata).filter(([key]) => !fields.includes(key));
  return { ...Object.fromEntries(others), ...institution.fields, [MARK]: institution.id };
}

function ownValue(record: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
