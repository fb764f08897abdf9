import { describe, markOf, type Court, type WriteRequest } from './judge.ts';
import { allowance, managedAmong } from './knowledge.ts';
import type { OrganizationState } from './model-tenant.ts';

/** A creation must be of an institution that THE listed in this sync. */
export function judgeCreation(
  { fail }: Court,
  { session }: WriteRequest,
  after: OrganizationState,
): void {
  const scans = session.run?.scans.filter(({ isEvidentlyWrong }) => !isEvidentlyWrong) ?? [];
  if (!scans.some(({ rows }) => rows.has(after.name))) {
    fail('wrong creation', `${after.name} is no institution that was listed`);
  }
  if (after.metadata['institutionId'] !== after.name) {
    fail('wrong creation', `${after.name} is created with another mark`);
  }
}

interface Updated {
  readonly id: string;
  readonly before: OrganizationState;
  readonly after: OrganizationState;
}

/** An update must be of a managed organization, or adopt one that nobody marks, within the limit. */
export function judgeUpdate(
  court: Court,
  request: WriteRequest,
  { id, before, after }: Updated,
): void {
  const { tenant, fail } = court;
  const { session } = request;
  const known = session.organizations.get(id);
  if (known === undefined || request.spec === undefined) {
    return fail('unmanaged touched', `${describe(request)}: it was never read`);
  }
  const { organizations: rules } = request.spec;
  const { managed } = managedAmong(session.organizations);
  const wasManaged = managed.has(id) || session.run?.managed?.has(id) === true;
  const listed = session.run?.scans.some(({ rows }) => rows.has(known.name)) === true;
  const isAdoption = !known.metadata['institutionId'] && rules.adopt && listed;
  if (!wasManaged && !isAdoption) {
    fail('unmanaged touched', `${describe(request)}: it was known as ${JSON.stringify(known)}`);
  }
  const mark = markOf(known);
  // One that a person has taken off since the reading is not the operator's doing.
  if (mark && markOf(before) === mark && markOf(after) !== mark) {
    fail('unmanaged touched', `${describe(request)}: its mark was ${mark}`);
  }
  for (const [key, value] of Object.entries(known.metadata)) {
    const isOurs = key === 'institutionId' || rules.metadata.some((field) => field === key);
    // A key that somebody has changed since the reading is not known.
    if (isOurs || after.metadata[key] === value) continue;
    if (tenant.organizations.get(id)?.body.metadata?.[key] !== value) continue;
    fail('metadata lost', `${describe(request)} loses ${key}`);
  }
  judgeLimit(court, request, id, known);
}

function judgeLimit(
  { fail, heldByHash }: Court,
  request: WriteRequest,
  id: string,
  known: OrganizationState,
): void {
  const { run } = request.session;
  if (run === undefined) return fail('not permitted', `${describe(request)} outside of a sync`);
  // What a creation found under its name is part of that creation.
  if (!run.taken.has(known.name)) run.updated.add(id);
  const updates = request.spec?.limits.updates ?? 0;
  const approved = heldByHash.get(run.approved ?? '')?.updates ?? 0;
  const allowed = Math.max(allowance(updates, run.managed?.size ?? 0), approved);
  if (run.updated.size > allowed) {
    fail('limit exceeded', `${describe(request)} is update ${run.updated.size} of ${allowed}`);
  }
}
