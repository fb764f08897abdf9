import { createHash } from 'node:crypto';
import type { Answer } from '../exchange.ts';
import { shuffled } from '../random.ts';

/** A row of the listing. Tests may send anything; THE sends strings. */
export type Row = Readonly<Record<string, unknown>>;

export interface ListingOptions {
  /** Whether `rowCount` counts the page's rows or all; THE's pages have been seen to do both. */
  readonly rowCount?: 'page' | 'total';
  /** Whether answers carry an ETag and If-None-Match is answered 304; true by default. */
  readonly etag?: boolean;
  /** The most rows of a page, whatever `limit` asks for; no cap by default. */
  readonly maxPageSize?: number;
  /** Puts the rows into another order each time a listing begins (offset 0). */
  readonly shuffleEachListing?: boolean;
}

export interface Listing {
  page(query: URLSearchParams, ifNoneMatch: string | undefined): Answer;
  readonly setRows: (rows: readonly Row[]) => void;
  readonly rows: () => readonly Row[];
  readonly shuffle: (seed: number) => void;
}

/** THE's page size when the client names none. */
const DEFAULT_LIMIT = 100;

export function openListing(options: ListingOptions, initial: readonly Row[]): Listing {
  let rows = initial;
  let listings = 0;
  // Pages as they were last sent: a large listing is read over and over.
  const sent = new Map<string, { bytes: Buffer; etag: string }>();

  function replace(next: readonly Row[]): void {
    rows = next;
    sent.clear();
  }

  function encoded(limit: number, offset: number): { bytes: Buffer; etag: string } {
    const key = `${limit} ${offset}`;
    const known = sent.get(key);
    if (known) return known;
    const shown = rows.slice(offset, offset + limit);
    const rowCount = options.rowCount === 'total' ? rows.length : shown.length;
    const bytes = Buffer.from(JSON.stringify({ rowCount, rows: shown }));
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`;
    sent.set(key, { bytes, etag });
    return { bytes, etag };
  }

  return {
    page(query, ifNoneMatch) {
      const limit = wholeNumber(query.get('limit'), DEFAULT_LIMIT);
      const offset = wholeNumber(query.get('offset'), 0);
      if (limit === undefined || limit < 1 || offset === undefined) {
        return { status: 400, body: { message: 'limit and offset are whole numbers' } };
      }
      if (options.shuffleEachListing && offset === 0) replace(shuffled(rows, (listings += 1)));
      const { bytes, etag } = encoded(Math.min(limit, options.maxPageSize ?? Infinity), offset);
      if (options.etag === false) return { status: 200, body: bytes };
      return matches(ifNoneMatch, etag)
        ? { status: 304, headers: { etag } }
        : { status: 200, headers: { etag }, body: bytes };
    },
    setRows: replace,
    rows: () => rows,
    shuffle: (seed) => replace(shuffled(rows, seed)),
  };
}

function wholeNumber(given: string | null, otherwise: number): number | undefined {
  if (given === null) return otherwise;
  return /^\d{1,9}$/.test(given) ? Number(given) : undefined;
}

/** If-None-Match by RFC 9110: a list of tags, compared weakly, or `*`. */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = new Set((ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, '')));
  return tags.has('*') || tags.has(etag);
}
