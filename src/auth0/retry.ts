import type { Fault } from '../api/fault.ts';
import { backoffDelay, type Backoff, type Random } from '../time/backoff.ts';
import type { Clock } from '../time/clock.ts';

const BACKOFF: Backoff = { firstMs: 500, capMs: 16_000 };
const ATTEMPTS = 7;
/** No further attempt begins after this, so that with the last one's time-out a round fails within 3 minutes. */
const PATIENCE_MS = 120_000;

/** One attempt failed in a way that may pass; `fault` is what it amounts to when it does not. */
export class Transient extends Error {
  override readonly name = 'Transient';
  readonly fault: Fault;
  /** A rate limit: waited for as long as it takes, and no failure. */
  readonly throttledMs: number | undefined;

  constructor(fault: Fault, throttledMs?: number) {
    super(fault.message);
    this.fault = fault;
    this.throttledMs = throttledMs;
  }
}

/**
 * Runs `attempt` until it does not reject with `Transient`: with jittered backoff, for about half a
 * minute of waiting. A rate limit costs waiting only. Rejects with the last fault, or with the
 * signal's reason as soon as it aborts between attempts.
 */
export async function retrying<T>(
  attempt: () => Promise<T>,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  signal: AbortSignal,
): Promise<T> {
  const startedAt = clock.now();
  let failures = 0;
  let throttledMs = 0;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Transient)) throw error;
      if (error.throttledMs !== undefined) {
        throttledMs += error.throttledMs;
        await clock.sleep(error.throttledMs, signal);
        continue;
      }
      failures += 1;
      const isLate = clock.now() - startedAt - throttledMs > PATIENCE_MS;
      if (failures >= ATTEMPTS || isLate) throw error.fault;
      await clock.sleep(backoffDelay(BACKOFF, failures - 1, random), signal);
    }
  }
}
