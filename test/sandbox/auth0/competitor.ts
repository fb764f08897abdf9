import type { BucketName, Limit } from './limits.ts';

/** Another client of the tenant, which asks at even intervals and drops what is refused. */
export interface CompetitorOptions {
  readonly bucket: BucketName;
  /** The share of the bucket's sustained rate that it asks for, such as 0.3. */
  readonly share: number;
  /** How many requests it sends at a time; 1 by default. */
  readonly atATime?: number;
}

export interface CompetitorReport {
  readonly asked: number;
  readonly served: number;
  readonly refused: number;
}

export interface Competitor {
  /** What it got so far. */
  report(): CompetitorReport;
  /** Ends it; what it got. */
  stop(): CompetitorReport;
}

const MINUTE = 60_000;

/**
 * The competitor as a calculation: its requests are worked out when the tenant's time is looked at,
 * in the order in which they would have arrived, so it needs no timer and is exact.
 */
export function openCompetitor(
  options: CompetitorOptions,
  limit: Limit,
  startedAt: number,
  ask: (at: number) => boolean,
): { run(at: number): void; nextAt(): number; report(): CompetitorReport } {
  if (!(options.share > 0)) throw new RangeError(`share is above 0, not ${options.share}`);
  const atATime = options.atATime ?? 1;
  const everyMs = (atATime * MINUTE) / (options.share * limit.perMinute);
  let rounds = 0;
  let served = 0;
  let refused = 0;

  return {
    nextAt: () => startedAt + (rounds + 1) * everyMs,
    run(at) {
      rounds += 1;
      for (let n = 0; n < atATime; n += 1) {
        if (ask(at)) served += 1;
        else refused += 1;
      }
    },
    report: () => ({ asked: served + refused, served, refused }),
  };
}
