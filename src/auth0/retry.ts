import type { Fault } from '../api/fault.ts';
import { backoffDelay, type Backoff, type Random } from '../time/backoff.ts';
import type { Clock } from '../time/clock.ts';

const BACKOFF: Backoff = { firstMs: 500, capMs: 16_000 };
const ATTEMPTS = 7;
/**
 * Milliseconds after the first failure within which further attempts begin. With two time-outs (the
 * first attempt's and the last one's) and one backoff, a fault that lasts is reported in 3 minutes.
 */
const PATIENCE_MS = 120_000;

/** One attempt failed in a way that may pass; `fault` is what it amounts to when it does not. */
export class Transient extends Error {
  override readonly name = 'Transient';
  readonly fault: Fault;
  /** Milliseconds to wait for a rate limit, which is no failure. */
  readonly throttledMs: number | undefined;

  constructor(fault: Fault, throttledMs?: number) {
    super(fault.message, { cause: fault });
    this.fault = fault;
    this.throttledMs = throttledMs;
  }
}

/**
 * Runs `attempt` until it does not reject with `Transient`: with jittered backoff, for about half a
 * minute of waiting. A rate limit costs waiting only, and so does whatever comes before the first
 * failure. Rejects with the last fault, or with the signal's reason as soon as it aborts between
 * attempts.
 */
export async function retrying<T>(
  attempt: () => Promise<T>,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  signal: AbortSignal,
): Promise<T> {
  let failingSince: number | undefined;
  let failures = 0;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Transient)) throw error;
      if (error.throttledMs !== undefined) {
        failingSince = undefined;
        await clock.sleep(error.throttledMs, signal);
        continue;
      }
      const now = clock.now();
      failingSince ??= now;
      failures += 1;
      if (failures >= ATTEMPTS || now - failingSince > PATIENCE_MS) throw error.fault;
      await clock.sleep(backoffDelay(BACKOFF, failures - 1, random), signal);
    }
  }
}
