import { z } from 'zod';
import { microTime } from './micro-time.ts';
import type { ApiObject } from './resource.ts';

/** What a Lease says of its holder. Its times are other machines' and never compared with ours. */
const LeaseSpec = z.looseObject({
  holderIdentity: z.string().nullish(),
  leaseDurationSeconds: z.number().nullish(),
  acquireTime: z.string().nullish(),
  renewTime: z.string().nullish(),
  leaseTransitions: z.number().int().nullish(),
});
export type LeaseSpec = z.infer<typeof LeaseSpec>;

export function leaseSpec(lease: ApiObject): LeaseSpec {
  return LeaseSpec.catch({}).parse(lease['spec']);
}

/** The spec of a Lease that `identity` takes or renews at `now` (milliseconds since the epoch). */
export function heldSpec(
  previous: LeaseSpec | undefined,
  holder: { readonly identity: string; readonly leaseDurationMs: number },
  now: number,
): LeaseSpec {
  const time = microTime(now);
  const renewed = previous?.holderIdentity === holder.identity;
  const transitions = previous?.leaseTransitions ?? 0;
  return {
    ...previous,
    holderIdentity: holder.identity,
    leaseDurationSeconds: Math.ceil(holder.leaseDurationMs / 1000),
    acquireTime: renewed ? (previous.acquireTime ?? time) : time,
    renewTime: time,
    leaseTransitions: renewed || previous === undefined ? transitions : transitions + 1,
  };
}

/** The spec that a holder leaves behind when it ends: anybody may take the Lease at once. */
export function releasedSpec(previous: LeaseSpec, now: number): LeaseSpec {
  const time = microTime(now);
  return {
    ...previous,
    holderIdentity: null,
    leaseDurationSeconds: 1,
    acquireTime: time,
    renewTime: time,
  };
}
