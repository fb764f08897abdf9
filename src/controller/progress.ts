import type { Phase } from '../sync/observer.ts';
import type { Clock } from '../time/clock.ts';
import type { Progress } from './facts.ts';

/** The API server is not a progress bar: at most one write in this time (the resource's contract). */
export const PROGRESS_INTERVAL_MS = 10_000;

/** So long the end of a sync waits for a report under way: more is for an API server that is ill. */
const LAST_REPORT_MS = 5_000;

/**
 * Follows a sync and reports how far it is: at most once in ten seconds, and only when that has
 * changed. A report that fails ends nothing: the next one, or the end of the sync, says more. `stop`
 * waits for the report under way: if it were cut off, it might arrive after what is written next.
 */
export function followProgress(
  report: (progress: Progress, signal: AbortSignal) => Promise<void>,
  clock: Clock,
): { progress(phase: Phase, done: number, total: number): void; stop(): Promise<void> } {
  const stopped = new AbortController();
  const cutOff = new AbortController();
  let latest: Progress | undefined;
  let reported: Progress | undefined;

  async function follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await clock.sleep(PROGRESS_INTERVAL_MS, signal);
      } catch {
        return;
      }
      if (latest === undefined || latest === reported) continue;
      const now = latest;
      try {
        await report(now, cutOff.signal);
        reported = now;
      } catch {
        continue;
      }
    }
  }
  const following = follow(stopped.signal);

  return {
    progress(phase, done, total) {
      latest = { phase, done, total };
    },
    async stop() {
      stopped.abort();
      const waited = new AbortController();
      clock.sleep(LAST_REPORT_MS, waited.signal).then(
        () => cutOff.abort(),
        () => {},
      );
      await following;
      waited.abort();
    },
  };
}
