import type { Answer } from '../exchange.ts';
import { invalidQuery, refusal } from './answers.ts';

/** Offset paging as asked for. */
export interface OffsetPage {
  readonly start: number;
  readonly perPage: number;
  readonly includeTotals: boolean;
}

/** The most rows that offset paging reaches. */
const FARTHEST_ROW = 1000;

/** The offset paging of a query, or the refusal of it. */
export function offsetPage(query: URLSearchParams): OffsetPage | Answer {
  const page = wholeNumber(query, 'page', 0, Infinity, 0);
  if (typeof page !== 'number') return page;
  const perPage = wholeNumber(query, 'per_page', 0, 100, 50);
  if (typeof perPage !== 'number') return perPage;
  const totals = query.get('include_totals') ?? 'false';
  if (totals !== 'true' && totals !== 'false') {
    return invalidQuery(`'Expected type boolean but found type string' on property include_totals`);
  }
  if ((page + 1) * perPage > FARTHEST_ROW) {
    return refusal(
      400,
      `Requesting page ${page} exceeds the allowed maximum of ${FARTHEST_ROW} records. To fetch results beyond ${FARTHEST_ROW}, use the checkpoint pagination method`,
      'invalid_paging',
    );
  }
  return { start: page * perPage, perPage, includeTotals: totals === 'true' };
}

/** A page of rows in the form that the query asked for. */
export function offsetAnswer<Row>(
  page: OffsetPage,
  key: string,
  rows: readonly Row[],
  view: (row: Row) => unknown,
): Answer {
  const shown = rows.slice(page.start, page.start + page.perPage).map(view);
  if (!page.includeTotals) return { status: 200, body: shown };
  const totals = { start: page.start, limit: page.perPage, total: rows.length };
  return { status: 200, body: { [key]: shown, ...totals } };
}

/** A query parameter's whole number within bounds, or the refusal of it. */
export function wholeNumber(
  query: URLSearchParams,
  name: string,
  least: number,
  most: number,
  otherwise: number,
): number | Answer {
  const given = query.get(name);
  if (given === null) return otherwise;
  if (!/^\d{1,9}$/.test(given)) {
    return invalidQuery(`'Expected type integer but found type string' on property ${name}`);
  }
  const value = Number(given);
  if (value < least)
    return invalidQuery(`'Value ${value} is less than minimum ${least}' on property ${name}`);
  if (value > most)
    return invalidQuery(`'Value ${value} is greater than maximum ${most}' on property ${name}`);
  return value;
}

/** Refuses a query with parameters that the endpoint does not know. */
export function unknownParameter(
  query: URLSearchParams,
  known: readonly string[],
): Answer | undefined {
  const unknown = [...query.keys()].filter((name) => !known.includes(name));
  if (unknown.length === 0) return undefined;
  return invalidQuery(`'Additional properties not allowed: ${unknown.join(', ')}'`);
}
