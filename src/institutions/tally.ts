import type { Page } from './page.ts';

/** More rows than this are taken for a listing that never ends; Auth0 holds at most as many. */
const MOST_ROWS = 2_000_000;

/** Checks that pages, added in order, make one consistent listing. */
export interface Tally {
  /** What contradicts the pages so far, or undefined. */
  add(page: Page): string | undefined;
  /** The same once the empty page that ends the listing has been added. */
  end(): string | undefined;
  /** Rows so far, which is the offset of the next page. */
  received(): number;
  /**
   * Whether only an empty page says that the listing is over: `rowCount` was each page's own count
   * all along, so that nothing tells the total.
   */
  endUnproven(): boolean;
}

const REPEATED = 'the same iid stands in more than one row';
const CONTRADICTED = 'rowCount is neither the number of rows of each page nor that of the listing';
const ENDLESS = 'it does not end within 2,000,000 rows';

/** Starts with no page. */
export function createTally(): Tally {
  const ids = new Set<string>();
  let received = 0;
  let countsPages = true;
  let total: number | undefined;
  let countsTotal = true;

  return {
    add(page) {
      received += page.received;
      if (received > MOST_ROWS) return ENDLESS;
      countsPages &&= page.rowCount === page.received;
      // Many services count 0 past the end, whatever they count before it.
      const pastEnd = page.received === 0 && page.rowCount === 0;
      total ??= pastEnd ? undefined : page.rowCount;
      countsTotal &&= pastEnd || page.rowCount === total;
      if (!countsPages && (!countsTotal || received > (total ?? 0))) return CONTRADICTED;
      return allNew(ids, page) ? undefined : REPEATED;
    },
    end() {
      return countsPages || received === (total ?? 0) ? undefined : CONTRADICTED;
    },
    received: () => received,
    endUnproven: () => countsPages,
  };
}

function allNew(ids: Set<string>, page: Page): boolean {
  for (const { id } of page.institutions) {
    if (ids.has(id)) return false;
    ids.add(id);
  }
  for (const { id } of page.skipped) {
    if (id === undefined) continue;
    if (ids.has(id)) return false;
    ids.add(id);
  }
  return true;
}
