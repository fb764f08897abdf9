import { NO_LONGER_NEEDED, type Clock } from '../../time/clock.ts';
import { createBucket } from './bucket.ts';
import {
  documentedGlobal,
  documentedRate,
  ENDPOINTS,
  SHARED_BURST,
  type Endpoint,
} from './endpoint.ts';
import type { ResponseHeaders } from './headers.ts';
import { createLane, type Lane, type Sending } from './lane.ts';
import { createTenantWide } from './tenant-wide.ts';

/** Leave to send one request. Exactly one of its functions is called, once. */
export interface Permit {
  /** The request was answered, with whatever status. */
  answered(status: number, headers: ResponseHeaders): void;
  /** It went out, and no answer came. */
  lost(): void;
  /** It did not go out after all. */
  cancelled(): void;
}

/** Paces all requests to one tenant by the tenant's own limits. */
export interface Pacer {
  /**
   * Resolves when a request to this endpoint may go out, in the order of the calls; `share` (over 0,
   * up to 1) is the part of the limits that the caller may use. Rejects with the signal's reason.
   */
  acquire(endpoint: Endpoint, share: number, signal: AbortSignal): Promise<Permit>;
  /** What each endpoint last said to have left, for metrics. */
  remaining(): ReadonlyMap<Endpoint, number>;
  /** Milliseconds that `count` further requests to this endpoint will take, as things look now. */
  estimate(endpoint: Endpoint, count: number, share?: number): number;
}

interface Waiter {
  readonly share: number;
  readonly grant: (sending: Sending) => void;
}

/** A pacer that knows nothing of the tenant yet. One tenant has one, whoever sends. */
export function createPacer(options: { readonly clock: Clock }): Pacer {
  const { clock } = options;
  const tenantWide = createTenantWide(speedUp);
  const seenLimits = new Map<Endpoint, number>();
  const lanes = new Map<Endpoint, Lane>();
  const queues = new Map<Endpoint, Waiter[]>();
  let alarm: { readonly at: number; readonly cancel: AbortController } | undefined;

  for (const endpoint of ENDPOINTS) {
    const bucket = createBucket(documentedRate(endpoint, seenLimits));
    lanes.set(endpoint, createLane(endpoint, bucket, tenantWide));
    queues.set(endpoint, []);
  }

  /** A limit seen for the first time tells the plan, and so what to expect of all endpoints. */
  function learnPlan(endpoint: Endpoint): void {
    const { bucket } = lanes.get(endpoint)!;
    const limit = bucket.limit();
    if (limit === undefined || seenLimits.get(endpoint) === limit) return;
    seenLimits.set(endpoint, limit);
    for (const [other, lane] of lanes) {
      if (limit === SHARED_BURST) lane.bucket = bucket;
      lane.bucket.assume(documentedRate(other, seenLimits));
    }
    const global = documentedGlobal(seenLimits);
    if (global !== undefined) tenantWide.expect(global);
  }

  /** How many times faster than documented the fastest endpoint is: stand-ins may scale time. */
  function speedUp(): number {
    let most = 1;
    for (const [endpoint, { bucket }] of lanes) {
      if (bucket.proven()) {
        most = Math.max(most, bucket.rate() / documentedRate(endpoint, seenLimits));
      }
    }
    return most;
  }

  function pump(): void {
    let next = Infinity;
    for (const [endpoint, queue] of queues) {
      const lane = lanes.get(endpoint)!;
      for (let head = queue[0]; head !== undefined; head = queue[0]) {
        const now = clock.now();
        const ready = lane.readyAt(now, head.share);
        if (ready > now) {
          next = Math.min(next, ready);
          break;
        }
        queue.shift();
        head.grant(lane.send(now, head.share));
      }
    }
    setAlarm(next);
  }

  function setAlarm(at: number): void {
    if (alarm?.at === at) return;
    alarm?.cancel.abort(NO_LONGER_NEEDED);
    alarm = undefined;
    if (at === Infinity) return;
    const cancel = new AbortController();
    alarm = { at, cancel };
    void wakeUp(at, cancel);
  }

  async function wakeUp(at: number, cancel: AbortController): Promise<void> {
    try {
      await clock.sleep(Math.max(1, Math.ceil(at - clock.now())), cancel.signal);
    } catch {
      return;
    }
    if (alarm?.cancel !== cancel) return;
    alarm = undefined;
    pump();
  }

  function permit(endpoint: Endpoint, sending: Sending): Permit {
    return {
      answered(status, headers) {
        sending.answered(clock.now(), status, headers);
        learnPlan(endpoint);
        pump();
      },
      lost() {
        sending.lost(clock.now());
        pump();
      },
      cancelled() {
        sending.cancelled();
        pump();
      },
    };
  }

  return {
    acquire(endpoint, share, signal) {
      return new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const queue = queues.get(endpoint)!;
        const leave = (): void => {
          queue.splice(queue.indexOf(waiter), 1);
          reject(signal.reason);
          pump();
        };
        const waiter: Waiter = {
          share,
          grant(sending) {
            signal.removeEventListener('abort', leave);
            resolve(permit(endpoint, sending));
          },
        };
        signal.addEventListener('abort', leave, { once: true });
        queue.push(waiter);
        pump();
      });
    },
    remaining() {
      const left = [...lanes].map(([endpoint, lane]) => [endpoint, lane.remaining] as const);
      return new Map(left.filter((entry): entry is [Endpoint, number] => entry[1] !== undefined));
    },
    estimate(endpoint, count, share = 1) {
      const { rate, available } = lanes.get(endpoint)!.outlook(clock.now(), share);
      return Math.max(0, count + queues.get(endpoint)!.length - available) / rate;
    },
  };
}
