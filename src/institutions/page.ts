import { z } from 'zod';
import { METADATA_FIELDS, type MetadataField } from '../api/spec.ts';
import type { Institution, SkippedRow } from './institution.ts';
import { parseRows } from './row-stream.ts';
import { isSkipped, toInstitution } from './row.ts';

/** THE's answer, without the rows, which are validated one by one as they arrive. */
const PageBody = z.object({
  rowCount: z.int().nonnegative(),
  rows: z.array(z.never()),
});

/** The largest page that can be asked for (institutions.pageSize). */
const MOST_ROWS = 100_000;

/** A page of the listing, reduced to what is used; nothing of its body is kept. */
export interface Page {
  /** What the page says: its own number of rows, or that of the whole listing. */
  readonly rowCount: number;
  /** The number of rows that the page holds. */
  readonly received: number;
  readonly institutions: readonly Institution[];
  readonly skipped: readonly SkippedRow[];
}

/** The institution that was listed last time under this id. */
export type Recall = (id: string) => Institution | undefined;

/**
 * Reads a page's body as it arrives. Throws when it is not JSON in UTF-8 or has not the shape that
 * THE documents: `rowCount`, and `rows` of objects. What equals the `known` page, or the institution that
 * `recall` knows by its id, is taken from there, so that a listing that has hardly changed costs hardly
 * any memory, also where a row that went has moved all others; when all of it equals the known page,
 * it is the known page itself.
 */
export async function readPage(
  body: AsyncIterable<Uint8Array>,
  chosenFields: readonly MetadataField[],
  known: Page | undefined,
  recall: Recall,
  signal: AbortSignal,
): Promise<Page> {
  const institutions: Institution[] = [];
  const skipped: SkippedRow[] = [];
  let changed = false;

  function take(rows: readonly unknown[]): void {
    for (const row of rows) {
      const entry = toInstitution(row, chosenFields);
      if (isSkipped(entry)) {
        const before = known?.skipped[skipped.length];
        changed ||= before?.id !== entry.id || before?.why !== entry.why;
        skipped.push(entry);
      } else {
        const inPlace = known?.institutions[institutions.length];
        const before = inPlace?.id === entry.id ? inPlace : recall(entry.id);
        const same = before !== undefined && isEqual(before, entry);
        changed ||= !same || before !== inPlace;
        institutions.push(same ? before : entry);
      }
      if (institutions.length + skipped.length > MOST_ROWS) throw new RangeError('too many rows');
    }
  }

  const { rowCount } = PageBody.parse(await parseRows(body, take, signal));
  const received = institutions.length + skipped.length;
  const page = { rowCount, received, institutions, skipped };
  return !changed && known?.rowCount === rowCount && known.received === received ? known : page;
}

/** Of two with the same id. */
function isEqual(one: Institution, other: Institution): boolean {
  if (one.name !== other.name) return false;
  return METADATA_FIELDS.every((field) => one.fields[field] === other.fields[field]);
}
