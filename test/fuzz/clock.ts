import type { Clock } from '../../src/time/clock.ts';
import { Violation } from './judge.ts';

/** No edge may make anybody wait longer than this for one input, retries included. */
const LONGEST_WAIT_MS = 24 * 3_600_000;
const MOST_SLEEPS = 20_000;

/**
 * A clock on which each sleep ends as soon as nothing else is to do, the earliest first. Sleeping
 * without end is a violation, which `failed` rejects with.
 */
export function leapingClock(): Clock & { readonly failed: Promise<never>; slept(): number } {
  const start = 1_750_000_000_000;
  let time = start;
  let sleeps = 0;
  let leaping = false;
  const sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();
  const { promise: failed, reject } = Promise.withResolvers<never>();
  failed.catch(() => {});

  function leap(): void {
    leaping = false;
    const next = [...sleepers].reduce<{ at: number; wake: () => void } | undefined>(
      (first, each) => (first === undefined || each.at < first.at ? each : first),
      undefined,
    );
    if (next === undefined) return;
    if (next.at - start > LONGEST_WAIT_MS || sleeps > MOST_SLEEPS || Number.isNaN(next.at)) {
      reject(new Violation(`a wait of ${next.at - start} ms after ${sleeps} waits`));
      return;
    }
    time = Math.max(time, next.at);
    sleepers.delete(next);
    next.wake();
    prepare();
  }

  function prepare(): void {
    if (leaping || sleepers.size === 0) return;
    leaping = true;
    setImmediate(() => setImmediate(leap));
  }

  return {
    failed,
    slept: () => time - start,
    now: () => time,
    async sleep(ms, signal) {
      signal.throwIfAborted();
      sleeps += 1;
      const { promise, resolve, reject: stop } = Promise.withResolvers<void>();
      const sleeper = { at: time + Math.max(0, ms), wake: resolve };
      const leave = () => stop(signal.reason as Error);
      sleepers.add(sleeper);
      signal.addEventListener('abort', leave, { once: true });
      prepare();
      return promise.finally(() => {
        sleepers.delete(sleeper);
        signal.removeEventListener('abort', leave);
      });
    },
  };
}
