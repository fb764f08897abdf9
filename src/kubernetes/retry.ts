import { backoffDelay, type Random } from '../time/backoff.ts';
import type { Clock } from '../time/clock.ts';
import { KubernetesError } from './kubernetes-error.ts';

export interface RetryOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** No retry starts later than this after the first attempt. */
  readonly withinMs: number;
}

const BACKOFF = { firstMs: 500, capMs: 10_000 };

/**
 * Runs `attempt` again while it fails with a transient `KubernetesError`, waiting as the server asks
 * or by a jittered backoff. Rejects with the last error, or with the signal's reason. Only for what
 * may be done twice: reads, patches, deletes.
 */
export async function retryTransient<T>(
  attempt: () => Promise<T>,
  options: RetryOptions,
  signal: AbortSignal,
): Promise<T> {
  const { clock, random, withinMs } = options;
  const startedAt = clock.now();
  for (let failures = 0; ; failures += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof KubernetesError) || !error.transient) throw error;
      const waitMs = Math.max(backoffDelay(BACKOFF, failures, random), error.retryAfterMs ?? 0);
      if (clock.now() + waitMs - startedAt > withinMs) throw error;
      await clock.sleep(waitMs, signal);
    }
  }
}
