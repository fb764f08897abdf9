import type { Listing } from '../institutions/institution.ts';
import { eachInSlices, type Sliced } from '../time/slices.ts';

/**
 * The ids of all institutions that a listing speaks of: none of these is gone. A skipped row speaks
 * also of the institution whose id it has but for case and the white space around it, because a slip
 * of THE in one row must not cost an organization.
 */
export function* listedIdsInSlices(
  listing: Pick<Listing, 'institutions' | 'skipped'>,
): Sliced<ReadonlySet<string>> {
  const ids = new Set<string>();
  yield* eachInSlices(listing.institutions, ({ id }) => ids.add(id));
  yield* eachInSlices(listing.skipped, ({ id }) => {
    if (id !== undefined) ids.add(id).add(id.trim().toLowerCase());
  });
  return ids;
}
