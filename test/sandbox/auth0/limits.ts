/** How many requests a bucket holds, and how many are added to it in a minute. */
export interface Limit {
  readonly burst: number;
  readonly perMinute: number;
}

/** The tenant's buckets: each request takes from its endpoint's bucket and from `global`. */
export const BUCKETS = [
  'list',
  'byId',
  'byName',
  'writes',
  'connectionReads',
  'connectionWrites',
  'global',
  'token',
  'hidden',
] as const;
export type BucketName = (typeof BUCKETS)[number];

/** The limits of a tenant; a bucket without a limit does not exist. */
export type Limits = Readonly<Partial<Record<BucketName, Limit>>>;

/** `none` is a tenant that limits nothing and sends no header about limits. */
export type PlanName = 'free' | 'essentials' | 'enterprise' | 'none';

/**
 * Auth0's documented limits of the Management API by subscription, read 2026-08. Writes are POST,
 * PATCH and DELETE of organizations together. `token` is the Authentication API's own limit.
 */
export const PLANS: Readonly<Record<PlanName, Limits>> = {
  free: {
    global: { burst: 2, perMinute: 120 },
    token: { burst: 5, perMinute: 300 },
  },
  essentials: {
    global: { burst: 10, perMinute: 150 },
    list: { burst: 5, perMinute: 50 },
    byId: { burst: 20, perMinute: 200 },
    byName: { burst: 10, perMinute: 100 },
    writes: { burst: 5, perMinute: 25 },
    connectionReads: { burst: 5, perMinute: 50 },
    connectionWrites: { burst: 5, perMinute: 25 },
    token: { burst: 25, perMinute: 1500 },
  },
  enterprise: {
    global: { burst: 50, perMinute: 960 },
    list: { burst: 10, perMinute: 100 },
    byId: { burst: 10, perMinute: 100 },
    byName: { burst: 20, perMinute: 200 },
    writes: { burst: 5, perMinute: 150 },
    connectionReads: { burst: 10, perMinute: 100 },
    connectionWrites: { burst: 5, perMinute: 150 },
    token: { burst: 100, perMinute: 6000 },
  },
  none: {},
};
