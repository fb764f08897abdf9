import type { Log } from '../telemetry/log.ts';
import type { Clock } from '../time/clock.ts';
import { isConflict } from './kubernetes-error.ts';
import type { LeaseClaim } from './lease-claim.ts';
import type { LeaseTimes } from './lease-times.ts';

/** What is kept back by a process that has lost its lease; for logs. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

export interface HeldLease {
  /**
   * Whether the Lease is ours at this very moment. It needs no timer: a process that was stopped for
   * longer than the renew deadline gets the right answer as the first thing after it wakes.
   */
  isHeld(): boolean;
  /** Aborts when the Lease is lost: stop all work at once. */
  readonly lost: AbortSignal;
  /**
   * Gives the Lease up, so that another may take it at once. Call it when all work has ended. Never
   * rejects: a Lease that cannot be given up runs out.
   */
  release(signal: AbortSignal): Promise<void>;
}

export interface KeepLeaseOptions {
  readonly claim: LeaseClaim;
  readonly times: Pick<LeaseTimes, 'renewDeadlineMs' | 'retryPeriodMs'>;
  readonly clock: Clock;
  readonly monotonic: () => number;
  readonly log: Log;
}

/** Renews a Lease that was last renewed at `heldFrom` on the monotonic clock, until it ends. */
export function keepLease(options: KeepLeaseOptions, heldFrom: number): HeldLease {
  const { claim, times, clock, monotonic, log } = options;
  const lost = new AbortController();
  const ended = new AbortController();
  let renewedAt = heldFrom;

  function leftMs(): number {
    return renewedAt + times.renewDeadlineMs - monotonic();
  }

  function isHeld(): boolean {
    if (ended.signal.aborted) return false;
    if (leftMs() > 0) return true;
    lose('The lease was not renewed in time');
    return false;
  }

  function lose(why: string): void {
    log.error(why);
    ended.abort();
    lost.abort(new Error(why));
  }

  async function watchDeadline(): Promise<void> {
    while (isHeld()) await clock.sleep(leftMs(), ended.signal);
  }

  async function renew(): Promise<void> {
    for (let pauseMs = times.retryPeriodMs; ; pauseMs = await renewOnce()) {
      await clock.sleep(pauseMs, ended.signal);
      if (!isHeld()) return;
    }
  }

  /** Resolves with the pause before the next renewal. */
  async function renewOnce(): Promise<number> {
    try {
      const answer = await claim.take(ended.signal);
      if ('heldFrom' in answer) renewedAt = answer.heldFrom;
      else lose('Another process has taken the lease');
    } catch (error) {
      ended.signal.throwIfAborted();
      // Somebody else has written to the Lease: look at once who holds it.
      if (isConflict(error)) return 0;
      log.warn('The lease could not be renewed; trying again', { error });
      return times.retryPeriodMs / 2;
    }
    return times.retryPeriodMs;
  }

  // Both end by `ended`; nothing else can make them reject.
  const work = Promise.allSettled([watchDeadline(), renew()]);

  return {
    isHeld,
    lost: lost.signal,
    async release(signal) {
      ended.abort();
      await work;
      try {
        await claim.release(signal);
        log.info('The lease is released');
      } catch (error) {
        log.warn('The lease could not be released; it runs out by itself', { error });
      }
    },
  };
}
