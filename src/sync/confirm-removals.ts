import { inSlices } from '../time/slices.ts';
import type { Plan, Removal } from './changes.ts';
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

/**
 * Whether only its mark says that the organization is ours: its name is another, changed by hand. Such
 * a mark proves nothing where a second organization carries it, and one reading of the tenant may miss
 * that one while the tenant changes. So what is removed must be shown by two.
 */
export function isByMarkAlone({ organization, institutionId }: Removal): boolean {
  return organization.name !== institutionId;
}

/** The removals of the second reading, without those by mark alone that the first did not show. */
export function shownTwice(
  first: readonly Removal[],
  second: readonly Removal[],
): readonly Removal[] {
  const marks = new Map(
    first.map(({ organization, institutionId }) => [organization.id, institutionId]),
  );
  return second.filter(
    (removal) =>
      !isByMarkAlone(removal) || marks.get(removal.organization.id) === removal.institutionId,
  );
}
