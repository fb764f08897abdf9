import type { Clock } from '../time/clock.ts';
import type { ApiAccess } from './api-access.ts';
import { withDeadline } from './deadline.ts';
import { isConflict, timeoutError } from './kubernetes-error.ts';
import { heldSpec, leaseSpec, releasedSpec, type LeaseSpec } from './lease-record.ts';
import type { LeaseTimes } from './lease-times.ts';
import type { ApiObject, ObjectPath, Resource } from './resource.ts';

export interface LeaseClaimOptions {
  readonly access: ApiAccess;
  readonly namespace: string;
  readonly name: string;
  readonly identity: string;
  readonly times: Pick<LeaseTimes, 'leaseDurationMs' | 'renewDeadlineMs'>;
  readonly clock: Clock;
  readonly monotonic: () => number;
}

/** One contender's view of a Lease, and its writes to it. */
export interface LeaseClaim {
  /** Takes the Lease if it is free, or renews it if it is ours, within half the renew deadline. */
  take(signal: AbortSignal): Promise<Taken | Occupied>;
  /** Gives the Lease up if it is ours, within the same time. */
  release(signal: AbortSignal): Promise<void>;
}

export interface Taken {
  /** On the monotonic clock, before the request: nobody counts the duration from an earlier moment. */
  readonly heldFrom: number;
}

export interface Occupied {
  readonly holder: string;
  /** When, on the monotonic clock, the holder's time will be up if nothing changes. */
  readonly freeAt: number;
}

const LEASES: Resource = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases' };

/**
 * Every write carries the version that was read, so that of two contenders one gets a Conflict. How
 * long another holder has been silent is counted from when this process saw its last change: the
 * times in the Lease come from machines whose clocks may be wrong.
 */
export function createLeaseClaim(options: LeaseClaimOptions): LeaseClaim {
  const { access, namespace, name, identity, times, clock, monotonic } = options;
  const at: ObjectPath = { resource: LEASES, namespace, name };
  const holder = { identity, leaseDurationMs: times.leaseDurationMs };
  /** As we last wrote it; unknown after a failure. */
  let ours: ApiObject | undefined;
  let seen: { readonly spec: string; readonly since: number } | undefined;

  function inTime<T>(signal: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const ms = times.renewDeadlineMs / 2;
    return withDeadline({ clock, ms, signal, error: () => timeoutError(access.server) }, run);
  }

  /** When the holder's time will be up. */
  function freeAt(spec: LeaseSpec): number {
    const written = JSON.stringify(spec);
    if (seen?.spec !== written) seen = { spec: written, since: monotonic() };
    return seen.since + (spec.leaseDurationSeconds ?? times.leaseDurationMs / 1000) * 1000;
  }

  async function take(signal: AbortSignal): Promise<Taken | Occupied> {
    const heldFrom = monotonic();
    const lease = ours ?? (await access.get(at, signal));
    ours = undefined;
    if (lease === undefined) {
      const created = newLease(at, heldSpec(undefined, holder, clock.now()));
      ours = await access.create(at, created, signal);
      return { heldFrom };
    }
    const spec = leaseSpec(lease);
    const { holderIdentity } = spec;
    if (holderIdentity && holderIdentity !== identity) {
      const free = freeAt(spec);
      if (free > monotonic()) return { holder: holderIdentity, freeAt: free };
    }
    const taken = { ...lease, spec: heldSpec(spec, holder, clock.now()) };
    ours = await access.replace(at, taken, signal);
    return { heldFrom };
  }

  async function release(signal: AbortSignal): Promise<void> {
    ours = undefined;
    const lease = await access.get(at, signal);
    const spec = lease && leaseSpec(lease);
    if (spec?.holderIdentity !== identity) return;
    try {
      await access.replace(at, { ...lease, spec: releasedSpec(spec, clock.now()) }, signal);
    } catch (error) {
      // A renewal that was given up may have reached the server between the two requests.
      if (!isConflict(error)) throw error;
      await release(signal);
    }
  }

  return {
    take: (signal) => inTime(signal, take),
    release: (signal) => inTime(signal, release),
  };
}

function newLease({ namespace, name }: ObjectPath, spec: LeaseSpec) {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { namespace, name },
    spec,
  };
}
