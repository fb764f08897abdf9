import { z } from 'zod';
import type { MetadataField } from '../api/spec.ts';
import { toDisplayName } from './display-name.ts';
import type { Institution, SkippedRow } from './institution.ts';

/** Text, or a number as its decimal digits. A value of any other kind counts as absent. */
const Cell = z
  .union([z.string(), z.number().refine(isExact).transform(toDecimal)])
  .optional()
  .catch(undefined);

const Row = z.object({
  iid: Cell,
  name: Cell,
  web: Cell,
  latitude: Cell,
  longitude: Cell,
  currency: Cell,
  region: Cell,
  country: Cell,
  continent: Cell,
  address: Cell,
  phone: Cell,
  foundation_year: Cell,
} satisfies Record<MetadataField | 'iid' | 'name', typeof Cell>);

/** Auth0's rule for the names of organizations; their length is 1 to 50. */
const ORGANIZATION_NAME = /^(?!org_)[a-z0-9](?:[a-z0-9_-]{0,48}[a-z0-9])?$/;

/** No mark of an organization is longer, so a longer `iid` belongs to none. */
const LONGEST_MARK = 255;

const NO_IID = 'The row has no iid.';
const REFUSED_IID =
  'Auth0 refuses the iid as the name of an organization: 1 to 50 characters of a-z, 0-9, - and _, ' +
  'starting and ending with a letter or digit, not starting with org_.';
const NO_NAME = 'The row has no name.';

/** Shared by all rows without an `iid`, so that millions of them cost nothing. */
const WITHOUT_IID: SkippedRow = Object.freeze({ id: undefined, why: NO_IID });
const TOO_LONG_IID: SkippedRow = Object.freeze({ id: undefined, why: REFUSED_IID });
const NO_FIELDS: Readonly<Record<string, string>> = Object.freeze({});

/**
 * The institution that a row describes, or why it cannot become an organization. Throws a ZodError
 * when the row is not an object: then the listing has not the shape that THE documents.
 */
export function toInstitution(
  row: unknown,
  chosenFields: readonly MetadataField[],
): Institution | SkippedRow {
  const cells = Row.parse(row);
  const id = cells.iid;
  if (id === undefined || id.trim() === '') return WITHOUT_IID;
  if (id.length > LONGEST_MARK) return TOO_LONG_IID;
  if (!ORGANIZATION_NAME.test(id)) return { id, why: REFUSED_IID };
  const name = toDisplayName(cells.name ?? '');
  if (name === '') return { id, why: NO_NAME };
  return { id, name, fields: chosenFields.length === 0 ? NO_FIELDS : pick(cells, chosenFields) };
}

/** Whether a row was skipped. */
export function isSkipped(entry: Institution | SkippedRow): entry is SkippedRow {
  return 'why' in entry;
}

function pick(
  cells: z.infer<typeof Row>,
  chosenFields: readonly MetadataField[],
): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {};
  for (const field of chosenFields) {
    const value = toDisplayName(cells[field] ?? '');
    if (value !== '') fields[field] = value;
  }
  return fields;
}

/** JSON's integers above 2^53 have lost digits; as an `iid` such a number might name another row. */
function isExact(value: number): boolean {
  return Number.isSafeInteger(value) || !Number.isInteger(value);
}

/** Never in exponent form: 1e-7 is 0.0000001. A number has at most 20 digits after its point here. */
function toDecimal(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  return value.toLocaleString('en-US', { maximumFractionDigits: 20 });
}
