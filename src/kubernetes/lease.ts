import type { Log } from '../telemetry/log.ts';
import type { Random } from '../time/backoff.ts';
import type { Clock } from '../time/clock.ts';
import type { ApiAccess } from './api-access.ts';
import { keepLease, type HeldLease } from './held-lease.ts';
import { isConflict } from './kubernetes-error.ts';
import { createLeaseClaim } from './lease-claim.ts';
import { checkLeaseTimes, LEASE_TIMES, type LeaseTimes } from './lease-times.ts';

export interface LeaseOptions {
  readonly access: ApiAccess;
  readonly namespace: string;
  readonly name: string;
  /** Unique to this process, and for people: the pod's name and something random. */
  readonly identity: string;
  readonly times?: LeaseTimes;
  readonly clock: Clock;
  /**
   * Milliseconds of a clock that nobody sets and that goes on while the process is stopped:
   * `performance.now`.
   */
  readonly monotonic: () => number;
  readonly random: Random;
  readonly log: Log;
}

/**
 * Waits until the Lease is ours. It is then renewed until it is released or lost. Errors of the API
 * are logged and tried again; they cost the Lease only when they last until the renew deadline.
 * Rejects only with the signal's reason; once the Lease is held, the signal means nothing more.
 */
export async function acquireLease(options: LeaseOptions, signal: AbortSignal): Promise<HeldLease> {
  const { namespace, name, identity, times = LEASE_TIMES, clock, monotonic, random } = options;
  checkLeaseTimes(times);
  const claim = createLeaseClaim({ ...options, times });
  const log = options.log.child({ lease: `${namespace}/${name}`, identity });
  let told: string | undefined;
  for (;;) {
    let pauseMs = times.retryPeriodMs * (0.5 + 0.45 * random());
    try {
      const answer = await claim.take(signal);
      if ('heldFrom' in answer) {
        log.info('This process holds the lease');
        return keepLease({ claim, times, clock, monotonic, log }, answer.heldFrom);
      }
      const { holder, freeAt } = answer;
      if (holder !== told) log.info('Another process holds the lease', { holder });
      told = holder;
      pauseMs = Math.min(pauseMs, freeAt - monotonic());
    } catch (error) {
      signal.throwIfAborted();
      if (!isConflict(error)) log.warn('The lease cannot be taken; trying again', { error });
    }
    await clock.sleep(pauseMs, signal);
  }
}
