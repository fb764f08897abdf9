import { PLANS, type Limit, type PlanName } from '../sandbox/auth0/limits.ts';

export interface Demand {
  readonly plan: Exclude<PlanName, 'none'>;
  /** Organization writes to be made. */
  readonly writes: number;
  /** Percent of the limits that may be used; 100 without one. */
  readonly requestBudget?: number;
  /** The part of the writes that another client of the tenant takes, 0 to 1. */
  readonly competitor?: number;
  /** How many times as fast as documented the tenant's buckets refill; 1 by default. */
  readonly timeScale?: number;
}

/**
 * Seconds that the tenant's buckets need for so many writes, at least: what is in the bucket goes at
 * once, the rest comes at its sustained rate. A plan without a bucket for writes has a global one.
 */
export function boundSeconds(demand: Demand): number {
  const { writes, plan, requestBudget = 100, competitor = 0, timeScale = 1 } = demand;
  const { burst, perMinute } = writeLimit(plan);
  const share = (requestBudget / 100) * (1 - competitor);
  return Math.max(0, writes - burst) / ((perMinute / 60) * share * timeScale);
}

export function writeLimit(plan: Exclude<PlanName, 'none'>): Limit {
  const { writes, global } = PLANS[plan];
  const limit = writes ?? global;
  if (limit === undefined) throw new Error(`the plan ${plan} has no limit of writes`);
  return limit;
}
