import type { VirtualClock } from './virtual-clock.ts';

/** How a bucket of the model refills: a trickle, or in steps of so many milliseconds. */
export interface BucketModel {
  readonly burst: number;
  /** Tokens a second. */
  readonly rate: number;
  readonly stepMs?: number;
  /** What `x-ratelimit-reset` means: the next token (default), or a full bucket. */
  readonly reset?: 'next' | 'full' | 'none';
  /** No rate limit headers at all. */
  readonly silent?: boolean;
  readonly retryAfter?: boolean;
}

/** A bucket of the model. `take` is one request. */
export interface ModelBucket {
  take(): { readonly status: number; readonly headers: Headers };
  readonly served: () => number;
  readonly refused: () => number;
  /** The least that was ever left after a request. */
  readonly lowest: () => number;
}

/** A token bucket as a server keeps it, on virtual time; `hidden` is one of which no header tells. */
export function createModelBucket(
  clock: VirtualClock,
  model: BucketModel,
  hidden?: ModelBucket,
): ModelBucket {
  const perMs = model.rate / 1000;
  let tokens = model.burst;
  let at = clock.now();
  let served = 0;
  let refused = 0;
  let lowest = model.burst;

  function refill(): void {
    const now = clock.now();
    if (model.stepMs === undefined) {
      tokens = Math.min(model.burst, tokens + (now - at) * perMs);
    } else {
      const steps = Math.floor(now / model.stepMs) - Math.floor(at / model.stepMs);
      tokens = Math.min(model.burst, tokens + steps * model.stepMs * perMs);
    }
    at = now;
  }

  function resetAt(): number {
    if (model.reset === 'full') return at + (model.burst - tokens) / perMs;
    if (model.stepMs !== undefined) return (Math.floor(at / model.stepMs) + 1) * model.stepMs;
    return at + (Math.floor(tokens) + 1 - tokens) / perMs;
  }

  return {
    take() {
      refill();
      let status = 200;
      if (tokens < 1) status = 429;
      else if (hidden !== undefined) ({ status } = hidden.take());
      if (status === 200) {
        tokens -= 1;
        served += 1;
      } else {
        refused += 1;
      }
      lowest = Math.min(lowest, Math.floor(tokens));
      const headers = new Headers({ 'content-type': 'application/json' });
      if (model.silent !== true) {
        headers.set('x-ratelimit-limit', String(model.burst));
        headers.set('x-ratelimit-remaining', String(Math.floor(tokens)));
        if (model.reset !== 'none')
          headers.set('x-ratelimit-reset', String(Math.ceil(resetAt() / 1000)));
      }
      if (status === 429 && model.retryAfter === true) headers.set('retry-after', '1');
      return { status, headers };
    },
    served: () => served,
    refused: () => refused,
    lowest: () => lowest,
  };
}
