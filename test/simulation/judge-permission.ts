import { describe, isDeleting, type Court, type WriteRequest } from './judge.ts';
import { specOf } from './knowledge.ts';

/** A write must be what the object allows, as far as the process was told when it sent it. */
export function judgePermission(
  { fail }: Pick<Court, 'fail'>,
  request: WriteRequest,
  hasOlderRival: boolean,
): void {
  const { session, method, path } = request;
  const { seen } = session;
  const isRemoval = method === 'DELETE' && /\/organizations\/[^/]+$/.test(path);
  function forbid(why: string): void {
    fail('not permitted', `${describe(request)}, but ${why}`);
  }
  if (seen === undefined) return forbid('the object is gone');
  const spec = specOf(seen);
  if (spec.mode === 'Plan') forbid('its mode is Plan');
  if (hasOlderRival) forbid('an older object works on the tenant');
  if (isDeleting(session)) {
    if (!isRemoval) forbid('the object is being deleted');
    if (spec.deletionPolicy !== 'Delete') forbid('the organizations are to be retained');
    return;
  }
  if (spec.suspend) forbid('it is suspended');
  if (isRemoval && !spec.organizations.prune) forbid('it does not prune');
}
