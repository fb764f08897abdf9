import type { Clock } from '../../time/clock.ts';

export interface RateMeter {
  /** `done` steps are done now. */
  reached(done: number): void;
  /** Over the last quarter of a minute; undefined while too little has been seen. */
  perSecond(): number | undefined;
  restart(): void;
}

/** Long enough to smooth a bucket that refills in steps of seconds. */
const WINDOW_MS = 15_000;
const SHORTEST_MS = 1_000;
/** Samples closer together than this add nothing. */
const SPACING_MS = 250;

/** Measures how fast a count grows. */
export function createRateMeter(clock: Clock): RateMeter {
  let samples: { readonly at: number; readonly done: number }[] = [];
  let latest = 0;

  return {
    reached(done) {
      latest = done;
      const at = clock.now();
      const last = samples.at(-1);
      if (last !== undefined && at - last.at < SPACING_MS) return;
      samples.push({ at, done });
      // The oldest one kept lies just outside the window, so that the window is always full.
      while (samples.length > 2 && at - samples[1]!.at > WINDOW_MS) samples.shift();
    },
    perSecond() {
      const first = samples[0];
      if (first === undefined) return undefined;
      const elapsed = clock.now() - first.at;
      const grown = latest - first.done;
      return elapsed < SHORTEST_MS || grown <= 0 ? undefined : (grown / elapsed) * 1000;
    },
    restart() {
      samples = [];
      latest = 0;
    },
  };
}
