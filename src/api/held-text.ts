import type { InstitutionSyncStatus } from './status.ts';
import { counted } from './count.ts';

type Held = Pick<NonNullable<InstitutionSyncStatus['heldChanges']>, 'deletions' | 'updates'>;

/** `3 removals`, `1 update` or `3 removals and 1 update`: what there is of held changes. */
export function heldText({ deletions, updates }: Held): string {
  const removed = counted(deletions, 'removal');
  if (updates === 0) return removed;
  const updated = counted(updates, 'update');
  return deletions === 0 ? updated : `${removed} and ${updated}`;
}
