import { Fault } from '../api/fault.ts';
import { FINALIZER } from '../api/names.ts';
import type { FaultReason } from '../api/reasons.ts';
import type { Observer } from '../sync/observer.ts';
import { listManaged, removeManaged } from '../sync/remove-all.ts';
import { nothingApplied } from '../sync/report.ts';
import type { Tenant } from '../sync/tenant.ts';
import type { Clock } from '../time/clock.ts';
import type { WatchedObject } from './watched-object.ts';

/** Whether our finalizer stands on the object. */
export function hasFinalizer(object: WatchedObject): boolean {
  return object.metadata.finalizers.includes(FINALIZER);
}

/** Whether the object asks that its organizations go with it, so that it needs the finalizer. */
export function wantsFinalizer(object: WatchedObject): boolean {
  return object.spec?.deletionPolicy === 'Delete';
}

/**
 * How long a deletion waits for a cause that a person can mend. The Secret of a deleted namespace
 * never comes back, and a namespace must not hang for ever because of us.
 */
const PATIENCE_MS: Readonly<Partial<Record<FaultReason, number>>> = {
  SecretNotFound: 60_000,
  SecretInvalid: 60_000,
  InvalidSpec: 60_000,
  AuthenticationFailed: 5 * 60_000,
  InsufficientScope: 5 * 60_000,
};

/** Whether a deletion that has failed with `fault` gives up and leaves the organizations behind. */
export function givesUp(fault: Fault, deletedAt: string, now: number): boolean {
  return now - Date.parse(deletedAt) >= (PATIENCE_MS[fault.reason] ?? Infinity);
}

/** One listing that was made while the tenant changed may have missed an organization. */
const LISTINGS_WITHOUT_ANY = 2;

/**
 * Removes every managed organization of the tenant; resolves with how many were removed when two
 * listings in a row show none any more. Rejects with a Fault: PartialFailure when Auth0 refuses some.
 */
export async function removeOrganizations(
  tenant: Tenant,
  observer: Observer,
  clock: Clock,
  signal: AbortSignal,
): Promise<number> {
  let removed = 0;
  let without = 0;
  while (without < LISTINGS_WITHOUT_ANY) {
    const removals = await listManaged(tenant, observer, clock, signal);
    without = removals.length === 0 ? without + 1 : 0;
    if (removals.length === 0) continue;
    const applied = nothingApplied();
    await removeManaged(tenant, removals, applied, observer, signal);
    if (applied.failed > 0) {
      throw new Fault(
        'PartialFailure',
        `Auth0 refused to remove some organizations, for instance: ${applied.failures[0]?.message}. They are tried again; to leave them, set deletionPolicy to Retain.`,
      );
    }
    removed += applied.deleted;
  }
  return removed;
}
