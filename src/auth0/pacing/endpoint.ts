/** The endpoint families of the Management API that have a bucket of their own. */
export const ENDPOINTS = [
  'list',
  'byId',
  'byName',
  'organizationWrites',
  'connectionReads',
  'connectionWrites',
] as const;
export type Endpoint = (typeof ENDPOINTS)[number];

/** A token bucket as Auth0 documents it: `burst` requests at once, `perMinute` sustained. */
export interface DocumentedLimit {
  readonly burst: number;
  readonly perMinute: number;
}

type Plan = Readonly<Record<Endpoint | 'global', DocumentedLimit>>;

const every = (limit: DocumentedLimit): Plan => ({
  list: limit,
  byId: limit,
  byName: limit,
  organizationWrites: limit,
  connectionReads: limit,
  connectionWrites: limit,
  global: limit,
});

/**
 * Auth0's documentation, "Management API rate limits" (2026-06), the lowest plan first. The free
 * plan has one bucket for all endpoints. Only a start: the real rate is learnt from the answers.
 */
const PLANS: readonly Plan[] = [
  every({ burst: 2, perMinute: 120 }),
  {
    list: { burst: 5, perMinute: 50 },
    byId: { burst: 20, perMinute: 200 },
    byName: { burst: 10, perMinute: 100 },
    organizationWrites: { burst: 5, perMinute: 25 },
    connectionReads: { burst: 5, perMinute: 50 },
    connectionWrites: { burst: 5, perMinute: 25 },
    global: { burst: 10, perMinute: 150 },
  },
  {
    list: { burst: 10, perMinute: 100 },
    byId: { burst: 10, perMinute: 100 },
    byName: { burst: 20, perMinute: 200 },
    organizationWrites: { burst: 5, perMinute: 150 },
    connectionReads: { burst: 10, perMinute: 100 },
    connectionWrites: { burst: 5, perMinute: 150 },
    global: { burst: 50, perMinute: 960 },
  },
];

/** The free plan's burst: who shows it has one bucket for all endpoints. */
export const SHARED_BURST = PLANS[0]!.list.burst;

/**
 * What to assume of an endpoint whose answers say nothing: the highest plan, since a 429 corrects too
 * much, and nothing corrects too little.
 */
export const ASSUMED_PLAN = PLANS[2]!;

/** The bucket over all endpoints, once the limits in `seen` fit one documented plan alone. */
export function documentedGlobal(seen: ReadonlyMap<Endpoint, number>): DocumentedLimit | undefined {
  const fitting = PLANS.filter((plan) => fits(plan, seen));
  return fitting.length === 1 ? fitting[0]?.global : undefined;
}

/**
 * The documented rate for `endpoint`, per millisecond: that of the lowest plan that has all the
 * limits in `seen` (limits differ between endpoints, so one listing tells the plan of the writes),
 * else of the lowest plan with this endpoint's own limit, else the lowest of all.
 */
export function documentedRate(endpoint: Endpoint, seen: ReadonlyMap<Endpoint, number>): number {
  const fitsAll = PLANS.find((plan) => fits(plan, seen));
  const fitsThis = PLANS.find((plan) => plan[endpoint].burst === seen.get(endpoint));
  const perMinute =
    (fitsAll ?? fitsThis)?.[endpoint].perMinute ??
    Math.min(...PLANS.map((plan) => plan[endpoint].perMinute));
  return perMinute / 60_000;
}

function fits(plan: Plan, seen: ReadonlyMap<Endpoint, number>): boolean {
  return [...seen].every(([endpoint, limit]) => plan[endpoint].burst === limit);
}
