import { hostname } from 'node:os';
import type { HeldLease } from '../kubernetes/held-lease.ts';
import { acquireLease, type LeaseOptions } from '../kubernetes/lease.ts';
import type { Metrics } from '../telemetry/metrics.ts';

export interface LeadershipOptions extends Pick<
  LeaseOptions,
  'access' | 'clock' | 'monotonic' | 'random' | 'log'
> {
  /** The Lease that the leader holds; undefined: no leader election. */
  readonly lease: { readonly namespace: string; readonly name: string } | undefined;
  readonly metrics: Metrics;
}

/** Waits until this process is the leader; resolves at once, with nothing, without leader election. */
export async function leadership(
  options: LeadershipOptions,
  signal: AbortSignal,
): Promise<HeldLease | undefined> {
  const { access, metrics, clock, monotonic, random, log } = options;
  if (options.lease === undefined) return undefined;
  const { namespace, name } = options.lease;
  metrics.leader.set({ name }, 0);
  const lease = await acquireLease(
    {
      access,
      namespace,
      name,
      identity: `${hostname()}_${Math.floor(random() * 2 ** 48).toString(36)}`,
      clock,
      monotonic,
      random,
      log,
    },
    signal,
  );
  metrics.leader.set({ name }, 1);
  return lease;
}

/** Rejects as soon as the lease is lost, be it before the call; never resolves. */
export function rejectWhenLost({ lost }: Pick<HeldLease, 'lost'>): Promise<never> {
  return new Promise((_resolve, reject) => {
    lost.addEventListener('abort', () => reject(lost.reason));
    if (lost.aborted) reject(lost.reason);
  });
}
