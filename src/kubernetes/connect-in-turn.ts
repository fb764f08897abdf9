import type { buildConnector } from 'undici';
import type { Clock } from '../time/clock.ts';

/** More at a time are not faster: handshakes are bound by the processors of both sides. */
const AT_ONCE = 20;

/** Whoever asked for a connection has given up by then: requests time out after 30 s. */
const PATIENCE_MS = 30_000;

/**
 * Lets few connections be made at the same time; the others wait their turn. Hundreds of watches that
 * start together, or come back together after an outage, would else cost twice the memory for good
 * and hit the server all at once. A turn that comes too late fails instead.
 */
export function connectInTurn(
  connect: buildConnector.connector,
  clock: Clock,
): buildConnector.connector {
  const waiting: { readonly since: number; readonly start: (late: boolean) => void }[] = [];
  let connecting = 0;

  function takeTurn() {
    return connecting < AT_ONCE ? waiting.shift() : undefined;
  }

  function next(): void {
    for (let turn = takeTurn(); turn !== undefined; turn = takeTurn()) {
      turn.start(clock.now() - turn.since > PATIENCE_MS);
    }
  }

  return (options, callback) => {
    function start(late: boolean): void {
      if (late) return callback(new Error('No connection could be made in time'), null);
      connecting += 1;
      connect(options, (...result) => {
        connecting -= 1;
        callback(...result);
        next();
      });
    }
    waiting.push({ since: clock.now(), start });
    next();
  };
}
