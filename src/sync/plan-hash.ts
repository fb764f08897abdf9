import { createHash } from 'node:crypto';
import type { Changes } from './changes.ts';

/**
 * `sha256:…` over the changes' targets and contents, whatever their order. The organizations' ids
 * are part of it, so an organization that is made anew under the same name is another change.
 */
export function planHash(changes: Pick<Changes, 'renames' | 'updates' | 'removals'>): string {
  const lines = [
    ...[...changes.renames, ...changes.updates].map(({ organization, set }) =>
      JSON.stringify(['update', organization.id, set.name, set.displayName, sorted(set.metadata)]),
    ),
    ...changes.removals.map(({ organization, institutionId }) =>
      JSON.stringify(['remove', organization.id, institutionId]),
    ),
  ].toSorted();
  const hash = createHash('sha256');
  for (const line of lines) hash.update(line).update('\n');
  return `sha256:${hash.digest('hex')}`;
}

function sorted(metadata: Readonly<Record<string, string>> | undefined): unknown {
  return metadata === undefined ? null : Object.entries(metadata).toSorted(byKey);
}

/** No key stands twice. */
function byKey([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}
