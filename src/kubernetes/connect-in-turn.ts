import type { Clock } from '../time/clock.ts';

/** More at a time are not faster: handshakes are bound by the processors of both sides. */
const AT_ONCE = 20;

/** Whoever asked for a connection has given up by then: requests time out after 30 s. */
const PATIENCE_MS = 30_000;

/**
 * Resolves when this caller may connect, with a function to call when the connection is made or has
 * failed; calls after the first do nothing. Rejects when the turn comes too late, and with the
 * signal's reason.
 */
export type TakeTurn = (signal: AbortSignal) => Promise<() => void>;

/**
 * Lets few connections be made at the same time; the others wait their turn. Hundreds of watches that
 * start together, or come back together after an outage, would else cost twice the memory for good
 * and hit the server all at once.
 */
export function connectInTurn(clock: Pick<Clock, 'now'>): TakeTurn {
  const waiting = new Set<{ readonly since: number; readonly start: (late: boolean) => void }>();
  let connecting = 0;

  function next(): void {
    for (const turn of waiting) {
      if (connecting >= AT_ONCE) return;
      waiting.delete(turn);
      turn.start(clock.now() - turn.since > PATIENCE_MS);
    }
  }

  function begin(): () => void {
    let ended = false;
    connecting += 1;
    return () => {
      if (ended) return;
      ended = true;
      connecting -= 1;
      next();
    };
  }

  return (signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<() => void>();
    if (signal.aborted) return Promise.reject(signal.reason);
    const leave = () => {
      waiting.delete(turn);
      reject(signal.reason);
    };
    const turn = {
      since: clock.now(),
      start(late: boolean) {
        signal.removeEventListener('abort', leave);
        if (late) reject(new Error('No connection could be made in time'));
        else resolve(begin());
      },
    };
    signal.addEventListener('abort', leave, { once: true });
    waiting.add(turn);
    next();
    return promise;
  };
}
