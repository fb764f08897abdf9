import { inSlices } from '../time/slices.ts';
import type { Plan } from './changes.ts';
import { listedIdsInSlices } from './listed-ids.ts';
import type { Source } from './source.ts';

/**
 * The plan with only those removals that a second listing of THE agrees with. A row can be missed when
 * another one vanishes between two pages: every page is then right, the whole is not, and nothing in
 * it shows that. Asks THE only when something would be removed; rejects as a listing does.
 */
export async function confirmRemovals(
  plan: Plan,
  source: Pick<Source, 'list'>,
  signal: AbortSignal,
): Promise<Plan> {
  if (plan.removals.length === 0) return plan;
  const listing = await source.list(signal);
  const listed = await inSlices(listedIdsInSlices(listing), signal);
  return {
    ...plan,
    removals: plan.removals.filter(({ institutionId }) => !listed.has(institutionId)),
  };
}
