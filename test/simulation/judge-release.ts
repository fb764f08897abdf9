import { markOf, type Court } from './judge.ts';
import { managedAmong, specOf, type Session } from './knowledge.ts';
import { organizationsOf } from './model-tenant.ts';
import { statusOf } from './ending.ts';
import type { Stored } from './api-server.ts';
import { count } from './tally.ts';

/** An object that goes takes its organizations with it, or says that they stay. */
export function judgeRelease(
  { tenant, edits, tally, fail }: Court,
  session: Session,
  object: Stored,
): void {
  const { seen } = session;
  if (object.metadata.deletionTimestamp === undefined || seen === undefined) return;
  const spec = specOf(seen);
  if (spec.deletionPolicy !== 'Delete' || spec.mode === 'Plan') return;
  const ready = statusOf(object).conditions?.find(({ type }) => type === 'Ready');
  if (/left behind|organizations stay/.test(ready?.message ?? '')) {
    count(tally, 'organizations left behind');
    return;
  }
  const truth = organizationsOf(tenant);
  const { managed, doubled } = managedAmong(truth);
  for (const [id, mark] of managed) {
    const state = truth.get(id);
    if (state === undefined || doubled.has(mark)) continue;
    if (edits.since(state, session.listedAt)) continue;
    fail('deletion wrong', `${session.object} goes, and ${markOf(state)} is still there`);
  }
  count(tally, 'organizations removed with their object');
}
