import { openBucket, type Bucket, type Refill } from './bucket.ts';
import { openCompetitor, type Competitor, type CompetitorOptions } from './competitor.ts';
import { BUCKETS, type BucketName, type Limits } from './limits.ts';

export interface LimiterOptions {
  readonly limits: Limits;
  readonly refill: Refill;
  /** How many of the tenant's seconds pass in a second of its clients. */
  readonly timeScale: number;
  /** Milliseconds since the Unix epoch, in the clients' time. */
  readonly now: () => number;
  /** Sends x-ratelimit-reset with three decimals instead of the next whole second. */
  readonly fractionalReset: boolean;
}

export interface Admission {
  readonly admitted: boolean;
  /** The bucket that refused. */
  readonly refusedBy: BucketName | undefined;
  /** The x-ratelimit headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Seconds, rounded up, until a request may succeed; for Retry-After. */
  readonly retryAfter: number;
}

export interface BucketState {
  readonly limit: number;
  readonly remaining: number;
  /** The least that a real request ever left in it; competitors are not counted. */
  readonly lowest: number;
  /** Real requests that it refused. */
  readonly refused: number;
}

export interface Limiter {
  /** Takes one request from every bucket that counts it, or from none. */
  admit(bucket: BucketName): Admission;
  /** Another client of the tenant; see `CompetitorOptions`. */
  readonly compete: (options: CompetitorOptions) => Competitor;
  readonly state: () => Readonly<Partial<Record<BucketName, BucketState>>>;
}

/**
 * The tenant's buckets on a timeline of its own: it starts at the clients' time and runs `timeScale`
 * times as fast. Everything that a client is told is converted back into the client's time.
 */
export function openLimiter(options: LimiterOptions): Limiter {
  const origin = options.now();
  const competitors = new Set<{ run(until: number): void; nextAt(): number }>();
  const buckets = new Map<BucketName, Tracked>();
  for (const name of BUCKETS) {
    const limit = options.limits[name];
    if (!limit) continue;
    const bucket = openBucket(limit, options.refill, origin);
    buckets.set(name, { bucket, lowest: bucket.limit, refused: 0 });
  }

  function tenantTime(): number {
    const at = origin + (options.now() - origin) * options.timeScale;
    // The earliest first, as they would arrive.
    for (;;) {
      const [next] = [...competitors].sort((a, b) => a.nextAt() - b.nextAt());
      if (!next || next.nextAt() > at) return at;
      next.run(next.nextAt());
    }
  }

  function clientTime(at: number): number {
    return origin + (at - origin) / options.timeScale;
  }

  /** The buckets that count a request, the one whose state the answer reports first. */
  function counting(name: BucketName): BucketName[] {
    // Asking for a token is the Authentication API's business, not the Management API's.
    const all: BucketName[] = name === 'token' ? ['token'] : [name, 'global', 'hidden'];
    return all.filter((each, index) => buckets.has(each) && all.indexOf(each) === index);
  }

  function take(names: readonly BucketName[], at: number): BucketName | undefined {
    const refusedBy = names.find((name) => tracked(name).bucket.remaining(at) < 1);
    if (!refusedBy) for (const name of names) tracked(name).bucket.take(at);
    return refusedBy;
  }

  function tracked(name: BucketName): Tracked {
    const entry = buckets.get(name);
    if (!entry) throw new RangeError(`this tenant has no bucket "${name}"`);
    return entry;
  }

  function headersOf(name: BucketName | undefined, at: number): Record<string, string> {
    if (!name || name === 'hidden') return {};
    const { bucket } = tracked(name);
    const reset = clientTime(bucket.moreAt(at)) / 1000;
    return {
      'x-ratelimit-limit': String(bucket.limit),
      'x-ratelimit-remaining': String(bucket.remaining(at)),
      'x-ratelimit-reset': options.fractionalReset
        ? (Math.ceil(reset * 1000) / 1000).toFixed(3)
        : String(Math.ceil(reset)),
    };
  }

  return {
    admit(name) {
      const at = tenantTime();
      const names = counting(name);
      const refusedBy = take(names, at);
      if (refusedBy) tracked(refusedBy).refused += 1;
      else {
        for (const entry of names.map(tracked)) {
          entry.lowest = Math.min(entry.lowest, entry.bucket.remaining(at));
        }
      }
      const waitMs = refusedBy ? tracked(refusedBy).bucket.moreAt(at) - at : 0;
      return {
        admitted: refusedBy === undefined,
        refusedBy,
        headers: headersOf(refusedBy ?? names[0], at),
        retryAfter: Math.ceil(waitMs / options.timeScale / 1000),
      };
    },
    compete(wanted) {
      const limit = options.limits[wanted.bucket];
      if (!limit) throw new RangeError(`this tenant has no bucket "${wanted.bucket}"`);
      const started = tenantTime();
      const competitor = openCompetitor(wanted, limit, started, (at) => {
        return take(counting(wanted.bucket), at) === undefined;
      });
      competitors.add(competitor);
      return {
        report() {
          tenantTime();
          return competitor.report();
        },
        stop() {
          tenantTime();
          competitors.delete(competitor);
          return competitor.report();
        },
      };
    },
    state() {
      const at = tenantTime();
      return Object.fromEntries(
        [...buckets].map(([name, { bucket, lowest, refused }]) => [
          name,
          { limit: bucket.limit, remaining: bucket.remaining(at), lowest, refused },
        ]),
      );
    },
  };
}

interface Tracked {
  readonly bucket: Bucket;
  lowest: number;
  refused: number;
}
