import type { Dice } from './dice.ts';
import { count, type Tally } from './tally.ts';

/** A row of THE's list; `iid` and `name` may be missing. */
export interface Row {
  readonly iid?: string;
  readonly name?: string;
  readonly country?: string;
}

/** Whether an organization can be made of the row. */
export function isInstitution(row: Row): row is Row & { iid: string; name: string } {
  return row.iid !== undefined && row.name !== undefined;
}

/** One page as it goes out. */
export interface ShownPage {
  readonly rowCount: number;
  readonly rows: readonly Row[];
}

/** How one scan goes wrong. */
export type ScanFault =
  /** Each of these shows, unless the list changes so between two pages that the pages agree. */
  | 'nothing'
  | 'duplicate row'
  | 'wrong rowCount'
  | 'rowCount that changes'
  | 'page repeated'
  | 'page lost, total kept'
  /** Each page is right, the whole is not. Only a second scan shows it. */
  | 'row lost'
  | 'page lost';

const SLY: ReadonlySet<ScanFault> = new Set(['row lost', 'page lost']);

/** THE's list as it truly is, and how it is shown. */
export interface ModelThe {
  readonly rows: () => readonly Row[];
  setRows(rows: readonly Row[]): void;
  /** Since when the list has had a row of this iid without a break; undefined: it has none. */
  listedSince(iid: string): number | undefined;
  /** A scan by this reader begins: what will go wrong with it. */
  beginScan(reader: string): ScanFault | undefined;
  page(offset: number, limit: number, fault: ScanFault | undefined): ShownPage;
  /** How many of the scans are faulty, 0 to 1. */
  faultiness: number;
}

export function openModelThe(options: {
  readonly rowCount: 'page' | 'total';
  /** The most rows of a page. */
  readonly largestPage: number;
  readonly now: () => number;
  readonly dice: Dice;
  readonly tally: Tally;
}): ModelThe {
  const { rowCount, largestPage, now, dice, tally } = options;
  const since = new Map<string, number>();
  const slyBefore = new Set<string>();
  let rows: readonly Row[] = [];

  const the: ModelThe = {
    faultiness: 0,
    rows: () => rows,
    setRows(next) {
      rows = next;
      const present = new Set(rows.map(({ iid }) => iid));
      for (const iid of since.keys()) if (!present.has(iid)) since.delete(iid);
      for (const iid of present) if (iid !== undefined && !since.has(iid)) since.set(iid, now());
    },
    listedSince: (iid) => since.get(iid),
    beginScan(reader) {
      const wasSly = slyBefore.delete(reader);
      if (!dice.chance(the.faultiness)) return undefined;
      const fault = dice.weighted({
        nothing: 1,
        'duplicate row': 1,
        'wrong rowCount': 1,
        'rowCount that changes': 1,
        'page repeated': 1,
        'page lost, total kept': rowCount === 'total' ? 2 : 0,
        'row lost': 2,
        'page lost': 2,
      });
      // Two in a row may hide the same row twice, which nobody can tell from the truth.
      if (SLY.has(fault) && wasSly) return undefined;
      if (SLY.has(fault)) slyBefore.add(reader);
      count(tally, `fault: THE scan with ${fault}`);
      return fault;
    },
    page(offset, limit, fault) {
      const size = Math.min(limit, largestPage);
      if (fault === 'nothing') return { rowCount: 0, rows: [] };
      const all = fault === 'row lost' ? rows.slice(0, -1) : rows;
      // Pages without any iid may repeat until the reader's time is over, two hours.
      const shows = all.slice(0, size).some(({ iid }) => iid !== undefined);
      const from = fault === 'page repeated' && shows ? 0 : offset;
      let shown = all.slice(from, from + size);
      if (fault?.startsWith('page lost') && offset > 0 && offset <= size) shown = [];
      // Only an iid shows that a row repeats.
      const first = shown.find(({ iid }) => iid !== undefined);
      if (fault === 'duplicate row' && first !== undefined) shown = [...shown, first];
      const right = rowCount === 'page' || fault === 'page lost' ? shown.length : all.length;
      const shownCount = shown.length === 0 && rowCount === 'total' ? 0 : right;
      const isOff =
        fault === 'wrong rowCount' ||
        (fault === 'rowCount that changes' && offset > 0 && shown.length > 0);
      return { rowCount: shownCount + (isOff ? 7 : 0), rows: shown };
    },
  };
  return the;
}
