import type { Listing } from '../institutions/institution.ts';
import type { Plan } from './changes.ts';
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
  const listed = idsOf(await source.list(signal));
  return {
    ...plan,
    removals: plan.removals.filter(({ institutionId }) => !listed.has(institutionId)),
  };
}

function idsOf({ institutions, skipped }: Listing): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const { id } of institutions) ids.add(id);
  for (const { id } of skipped) if (id !== undefined) ids.add(id);
  return ids;
}
