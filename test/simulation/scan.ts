import type { Row, ShownPage } from './model-the.ts';

/** One reading of THE, as far as its answers arrived. */
export interface Scan {
  /** The rows that have an iid. */
  readonly rows: ReadonlyMap<string, Row>;
  /** An empty page has ended it. */
  readonly complete: boolean;
  /** Its pages contradict each other, so nobody may believe it. */
  readonly isEvidentlyWrong: boolean;
  add(offset: number, page: ShownPage): void;
}

/**
 * A reading without pages yet. What is wrong with it follows from what its pages show, and from
 * nothing else: when the list changes between two of them, a faulty reading may look like a right one.
 */
export function openScan(): Scan {
  const pages: { readonly offset: number; readonly page: ShownPage }[] = [];
  const rows = new Map<string, Row>();
  let repeats = false;

  return {
    rows,
    get complete() {
      return pages.some(({ page }) => page.rows.length === 0);
    },
    get isEvidentlyWrong() {
      return repeats || hasHole(pages) || isMiscounted(pages.map(({ page }) => page));
    },
    add(offset, page) {
      pages.push({ offset, page });
      for (const row of page.rows) {
        if (row.iid === undefined) continue;
        repeats ||= rows.has(row.iid);
        rows.set(row.iid, row);
      }
    },
  };
}

/** An empty page stands before one with rows: a page was lost. */
function hasHole(pages: readonly { readonly offset: number; readonly page: ShownPage }[]): boolean {
  const end = pages.find(({ page }) => page.rows.length === 0)?.offset ?? Number.POSITIVE_INFINITY;
  return pages.some(({ offset, page }) => offset > end && page.rows.length > 0);
}

/** Whether `rowCount` is neither each page's own nor the total; past the end it may also be 0. */
function isMiscounted(pages: readonly ShownPage[]): boolean {
  if (pages.every(({ rowCount, rows }) => rowCount === rows.length)) return false;
  const total = pages.reduce((sum, { rows }) => sum + rows.length, 0);
  return pages.some(
    ({ rowCount, rows }) => rowCount !== total && !(rows.length === 0 && rowCount === 0),
  );
}
