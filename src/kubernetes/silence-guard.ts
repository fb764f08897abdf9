import type { Clock } from '../time/clock.ts';

/** Aborts its signal when nothing has been heard for too long, or when the outer signal aborts. */
export interface SilenceGuard {
  readonly signal: AbortSignal;
  /** There was a sign of life. With `allowedMs`, that much silence is allowed from now on. */
  heard(allowedMs?: number): void;
  /** Ends the watch over time; the signal stays as it is. */
  end(): void;
}

/** The allowance may become shorter while the guard sleeps. */
const LONGEST_SLEEP_MS = 60_000;

/** Starts with `allowedMs` milliseconds of silence allowed; `error` makes the signal's reason. */
export function guardSilence(
  options: { readonly clock: Clock; readonly allowedMs: number; readonly error: () => Error },
  outer: AbortSignal,
): SilenceGuard {
  const { clock, error } = options;
  const guarded = new AbortController();
  const timer = new AbortController();
  let allowedMs = options.allowedMs;
  let heardAt = clock.now();

  async function watchOver(): Promise<void> {
    for (;;) {
      const now = clock.now();
      // A clock that was set back must not lengthen the silence that is allowed.
      heardAt = Math.min(heardAt, now);
      const left = heardAt + allowedMs - now;
      if (left <= 0) return guarded.abort(error());
      await clock.sleep(Math.min(left, LONGEST_SLEEP_MS), timer.signal);
    }
  }

  function end(): void {
    timer.abort();
    outer.removeEventListener('abort', stop);
  }

  function stop(): void {
    end();
    guarded.abort(outer.reason);
  }

  outer.addEventListener('abort', stop, { once: true });
  if (outer.aborted) stop();
  watchOver().catch(() => {});

  return {
    signal: guarded.signal,
    heard(newAllowedMs = allowedMs) {
      heardAt = clock.now();
      allowedMs = newAllowedMs;
    },
    end,
  };
}
