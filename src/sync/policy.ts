import { countChanges, NO_CHANGES, type Changes, type Plan } from './changes.ts';
import { planHash } from './plan-hash.ts';
import type { Limit, SyncSettings } from './settings.ts';

export interface HeldChanges {
  readonly deletions: number;
  readonly updates: number;
  /** `sha256:…` over exactly the held changes; approving it releases these and no others. */
  readonly planHash: string;
  readonly changes: Pick<Changes, 'renames' | 'updates' | 'removals'>;
}

export interface Decision {
  /** What may be done now. */
  readonly allowed: Changes;
  /** What exceeds a limit and waits for approval. */
  readonly held: HeldChanges | undefined;
  /** The approval that released changes which would be held otherwise. */
  readonly approved: string | undefined;
  /** Mode Plan: what Enforce would do now. */
  readonly planned: Changes | undefined;
}

/**
 * Which of the plan's changes may be made. `prune: false` drops removals; more removals or updates
 * than their limit are held, all of that kind, unless `approval` is the hash of exactly these;
 * mode Plan allows nothing.
 */
export function decide(
  plan: Plan,
  settings: Pick<SyncSettings, 'mode' | 'prune' | 'limits'>,
  approval: string | undefined,
): Decision {
  const wanted: Changes = settings.prune ? plan : { ...plan, removals: [] };
  const { managed } = plan.organizations;
  const updates = wanted.renames.length + wanted.updates.length;
  const holdUpdates = exceeds(updates, settings.limits.updates, managed);
  const holdRemovals = exceeds(wanted.removals.length, settings.limits.deletions, managed);

  const heldChanges = {
    renames: holdUpdates ? wanted.renames : [],
    updates: holdUpdates ? wanted.updates : [],
    removals: holdRemovals ? wanted.removals : [],
  };
  const hash = holdUpdates || holdRemovals ? planHash(heldChanges) : undefined;
  const held =
    hash === undefined || hash === approval
      ? undefined
      : {
          deletions: heldChanges.removals.length,
          updates: heldChanges.renames.length + heldChanges.updates.length,
          planHash: hash,
          changes: heldChanges,
        };
  const allowed: Changes =
    held === undefined
      ? wanted
      : {
          renames: holdUpdates ? [] : wanted.renames,
          updates: holdUpdates ? [] : wanted.updates,
          removals: holdRemovals ? [] : wanted.removals,
          creations: holdUpdates
            ? wanted.creations.filter((creation) => !creation.awaitsRename)
            : wanted.creations,
        };

  if (settings.mode === 'Plan') {
    return { allowed: NO_CHANGES, held, approved: undefined, planned: allowed };
  }
  return { allowed, held, approved: held === undefined ? hash : undefined, planned: undefined };
}

/** Whether `count` changes are more than `limit` allows in a tenant of `managed` organizations. */
export function exceeds(count: number, limit: Limit, managed: number): boolean {
  if (limit.kind === 'count') return count > limit.value;
  // Adopted organizations come on top of the managed ones, so 100 % must not hold them.
  if (limit.value >= 100) return false;
  return count > Math.ceil((managed * limit.value) / 100);
}

/** Changes in numbers, as status and reports show them. */
export function countByKind(changes: Changes): {
  creations: number;
  updates: number;
  deletions: number;
  total: number;
} {
  return {
    creations: changes.creations.length,
    updates: changes.renames.length + changes.updates.length,
    deletions: changes.removals.length,
    total: countChanges(changes),
  };
}
