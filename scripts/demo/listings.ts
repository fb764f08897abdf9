import { institutions, type InstitutionRow } from '../../test/sandbox/institutions.ts';

/** What THE lists in the course of the demo. */
export interface Listings {
  readonly first: readonly InstitutionRow[];
  readonly renamed: readonly { readonly before: InstitutionRow; readonly after: InstitutionRow }[];
  readonly added: readonly InstitutionRow[];
  readonly dropped: InstitutionRow;
  /** `first` with the three changes above. */
  readonly changed: readonly InstitutionRow[];
  /** `changed` without its last 40 %. */
  readonly cutShort: readonly InstitutionRow[];
}

const RENAMED = 3;
const ADDED = 5;
const LOST_SHARE = 0.4;

/** Real institutions where the machine has them; see test/sandbox/institutions.ts. */
export function makeListings(count: number): Listings {
  const rows = institutions(count + ADDED);
  const first = rows.slice(0, count);
  const added = rows.slice(count);
  const renamed = first.slice(0, RENAMED).map((before) => ({
    before,
    after: { ...before, name: `${before.name} (new name)` },
  }));
  const dropped = first[RENAMED];
  if (dropped === undefined) throw new RangeError('There are too few institutions');
  const changed = [...renamed.map(({ after }) => after), ...first.slice(RENAMED + 1), ...added];
  const lost = Math.round(changed.length * LOST_SHARE);
  return { first, renamed, added, dropped, changed, cutShort: changed.slice(0, -lost) };
}
