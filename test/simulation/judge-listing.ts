import { describe, isDeleting, type Court, type WriteRequest } from './judge.ts';
import { isInstitution } from './model-the.ts';

/** Whatever a sync writes, it writes after a listing of THE that could be believed. */
export function judgeListing({ fail }: Pick<Court, 'fail'>, request: WriteRequest): void {
  const { session, spec } = request;
  if (isDeleting(session) || spec === undefined) return;
  const last = session.run?.scans.at(-1);
  function doubt(why: string): void {
    fail('bad listing used', `${describe(request)}, after a listing of THE ${why}`);
  }
  if (last === undefined) return doubt('that was never made');
  if (!last.complete) doubt('that has no end');
  if (last.isEvidentlyWrong) doubt('that contradicts itself');
  const institutions = [...last.rows.values()].filter(isInstitution).length;
  const { minimum } = spec.institutions;
  if (institutions < minimum) doubt(`of ${institutions} institutions; ${minimum} are the minimum`);
}
