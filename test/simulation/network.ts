import type { Machine } from './machine.ts';
import type { Timeline } from './timeline.ts';
import type { Fate, Weather } from './weather.ts';

/** The ways between machines and one service. */
export interface Network {
  /**
   * One request and its answer. Rejects with an error of the network, which has a `code`, or with the
   * signal's reason; what was on its way then goes on. A dead machine's request never settles.
   * `serve` runs when the request arrives, `learn` when the answer is handed to the machine.
   */
  send<Answer>(request: {
    readonly machine: Machine;
    readonly fate: Fate;
    readonly signal: AbortSignal;
    readonly serve: (reply: (answer: Answer) => void) => void;
    readonly learn?: (answer: Answer) => void;
    /** The client's own time limit, where it is not on the machine's clock. */
    readonly limitMs?: number;
  }): Promise<Answer>;
  /** Requests that the machine waits for. */
  open(machine: Machine): number;
}

export class ConnectionError extends Error {
  readonly code: string;
  constructor(code: string) {
    super(`connect ${code}`);
    this.code = code;
  }
}

export function openNetwork(timeline: Timeline, weather: Weather): Network {
  const open = new Map<object, Machine>();

  return {
    open: (machine) => [...open.values()].filter((each) => each === machine).length,
    send({ machine, fate, signal, serve, learn, limitMs }) {
      return new Promise((resolve, reject) => {
        if (!machine.mayAct()) return;
        signal.throwIfAborted();
        const request = {};
        open.set(request, machine);
        signal.addEventListener('abort', giveUp, { once: true });
        const limit =
          limitMs === undefined ? undefined : timeline.after(limitMs, () => fail('ETIMEDOUT'));

        function settle(): boolean {
          limit?.cancel();
          signal.removeEventListener('abort', giveUp);
          return open.delete(request);
        }
        function giveUp(): void {
          if (settle()) reject(signal.reason);
        }
        function fail(code: string): void {
          machine.deliver(() => {
            if (settle()) reject(new ConnectionError(code));
          });
        }
        function breakOff(code: string): void {
          timeline.after(weather.latency(), () => fail(code));
        }

        if (fate === 'refused') return breakOff('ECONNREFUSED');
        timeline.after(weather.latency(), () => {
          if (fate === 'hang') return;
          if (fate === 'lost') return breakOff('ECONNRESET');
          serve((answer) => {
            if (fate === 'hung') return;
            if (fate === 'unanswered') return breakOff('ECONNRESET');
            timeline.after(weather.latency(), () =>
              machine.deliver(() => {
                if (!settle()) return;
                learn?.(answer);
                resolve(answer);
              }),
            );
          });
        });
      });
    },
  };
}
