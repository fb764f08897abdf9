import { describe, isDeleting, markOf, type Court, type WriteRequest } from './judge.ts';
import { allowance, goneIn, managedAmong, type Run, type Session } from './knowledge.ts';
import { organizationsOf, type OrganizationState } from './model-tenant.ts';
import { count } from './tally.ts';

interface Removed {
  readonly id: string;
  /** As it was the moment before. */
  readonly before: OrganizationState;
}

/**
 * A removal must be of an organization that was managed when it was planned, was read again since,
 * still carries the same mark, and carries it alone as far as was known by then, from two listings
 * where its name is another; in a sync, its institution must not be listed.
 */
export function judgeRemoval(court: Court, request: WriteRequest, removed: Removed): void {
  judgeOwnership(court, request, removed);
  const { session } = request;
  if (isDeleting(session)) return;
  const { run } = session;
  if (run === undefined) {
    return court.fail('not permitted', `${describe(request)} outside of a sync`);
  }
  judgeListed(court, request, run, markOf(session.reads.get(removed.id)?.state) ?? '');
  judgeLimit(court, request, run, removed.id);
}

function judgeOwnership(
  { tenant, edits, tally, fail }: Court,
  request: WriteRequest,
  { id, before }: Removed,
): void {
  const { session } = request;
  function blame(why: string): void {
    fail('unmanaged touched', `${describe(request)}: ${why}`);
  }
  const read = session.reads.get(id);
  const mark = markOf(read?.state);
  const deleting = isDeleting(session);
  const planned = deleting ? mark : session.run?.managed?.get(id);
  if (mark === undefined || mark !== planned) blame(`its mark was ${mark} when it was read again`);
  const wasDoubled = !deleting && session.run?.doubled.has(mark ?? '') === true;
  if (wasDoubled || read?.isDoubled === true) blame(`several carry the mark ${mark}`);
  const earliest = deleting ? session.listedAt : (session.run?.startedAt ?? 0);
  if (read === undefined || read.at < earliest) blame('it was not read again before');
  const readAt = read?.at ?? Number.POSITIVE_INFINITY;
  if (markOf(before) !== mark && !edits.since(before, readAt)) {
    blame(`it is ${JSON.stringify(before)} by now`);
  }
  const truth = organizationsOf(tenant);
  if (managedAmong(truth).managed.has(id) || edits.since(before, session.listedAt)) return;
  const twins = [...truth].filter(
    ([other, state]) => other !== id && markOf(state) === markOf(before),
  );
  if (twins.every(([twin]) => wasMissedTwice(session, twin))) {
    count(tally, 'excused: an organization with the same mark missed by two listings');
  } else blame(`${JSON.stringify(before)} is not managed`);
}

/** Whether both listings that this sync, or this removal of everything, began with do not show it. */
function wasMissedTwice({ listings, runs }: Session, id: string): boolean {
  const begunAt = runs.at(-1) ?? 0;
  return listings.length === 2 && listings.every(({ at, ids }) => at >= begunAt && !ids.has(id));
}

/** Not in the last listing; and one that THE had all along must have been missed by two listings. */
function judgeListed(
  { the, tally, fail }: Court,
  request: WriteRequest,
  run: Run,
  iid: string,
): void {
  const scans = run.scans.filter(({ complete }) => complete);
  const last = scans.at(-1);
  if (last === undefined || last.rows.has(iid)) {
    fail('listed removed', `${describe(request)}: ${iid} was listed when it was read last`);
  }
  const since = the.listedSince(iid);
  if (since === undefined || since > run.startedAt) return;
  const missed = scans.filter((scan) => !scan.isEvidentlyWrong && !scan.rows.has(iid)).length;
  if (missed < 2) fail('listed removed', `${describe(request)}: THE has ${iid} all along`);
  else count(tally, 'excused: a row missed by two scans');
}

function judgeLimit(
  { heldByHash, tally, fail }: Court,
  request: WriteRequest,
  run: Run,
  id: string,
): void {
  if (request.spec === undefined) return;
  const gone = goneIn(request.session, run.scans);
  for (const each of run.removed) gone.add(each);
  gone.add(id);
  run.removed.add(id);
  const allowed = allowance(request.spec.limits.deletions, run.managed?.size ?? 0);
  if (gone.size <= allowed) return;
  const held = run.approved === undefined ? undefined : heldByHash.get(run.approved);
  if (held === undefined) {
    return fail('limit exceeded', `${describe(request)}: ${gone.size} are gone of ${allowed}`);
  }
  count(tally, 'removed with approval');
  const more = [...gone].filter((each) => !held.gone.has(each));
  if (more.length > 0 || run.removed.size > held.deletions) {
    fail('limit exceeded', `${describe(request)}: more than was approved (${more.join(' ')})`);
  }
}
