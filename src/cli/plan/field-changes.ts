import type { Update } from '../../sync/changes.ts';

/** One field that an update changes; null where there is none before or after. */
export interface FieldChange {
  /** As Auth0 names it: `name`, `display_name`, `metadata.KEY`. */
  readonly field: string;
  readonly old: string | null;
  readonly new: string | null;
}

/** What an update changes, field by field. Adopting an organization that is equal changes nothing. */
export function fieldChanges({ organization, set }: Update): readonly FieldChange[] {
  const changes: FieldChange[] = [];
  if (set.name !== undefined) {
    changes.push({ field: 'name', old: organization.name, new: set.name });
  }
  if (set.displayName !== undefined) {
    const old = organization.displayName ?? null;
    changes.push({ field: 'display_name', old, new: set.displayName });
  }
  if (set.metadata === undefined) return changes;
  const before = new Map(Object.entries(organization.metadata));
  const after = new Map(Object.entries(set.metadata));
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const change = { old: before.get(key) ?? null, new: after.get(key) ?? null };
    if (change.old !== change.new) changes.push({ field: `metadata.${key}`, ...change });
  }
  return changes;
}
