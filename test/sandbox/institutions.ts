import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { seededRandom } from './random.ts';

const InstitutionRow = z.object({
  iid: z.string(),
  name: z.string(),
  web: z.string(),
  latitude: z.string(),
  longitude: z.string(),
  currency: z.string(),
  region: z.string(),
  country: z.string(),
  continent: z.string(),
  address: z.string(),
  phone: z.string(),
  foundation_year: z.string(),
});
/** A row as THE sends it: every value is a string, a missing one is empty. */
export type InstitutionRow = Readonly<z.infer<typeof InstitutionRow>>;

const Rows = z.object({ rows: z.array(InstitutionRow) });

/** In the project. */
export const SAMPLE = new URL('./data/institutions-sample.json', import.meta.url);

/** Real rows beside the checkout, where they are, and the sample. */
const FILES: readonly URL[] = [
  new URL('../../../shared/data/institutions.json.gz', import.meta.url),
  new URL('../../../shared/data/institutions-100k.json.gz', import.meta.url),
  SAMPLE,
];

const read = new Map<string, readonly InstitutionRow[]>();

/**
 * `count` institutions with different ids: the first rows of the smallest set of real ones that has
 * as many; where there is none, the rows of the sample and made-up ones after them.
 */
export function institutions(count: number, files = FILES): readonly InstitutionRow[] {
  let most: readonly InstitutionRow[] = [];
  for (const file of files) {
    const rows = rowsOf(fileURLToPath(file));
    if (rows.length >= count) return rows.slice(0, count);
    if (rows.length > most.length) most = rows;
  }
  const taken = new Set(most.map(({ iid }) => iid));
  return [...most, ...madeUpInstitutions(count - most.length, { taken })];
}

function rowsOf(path: string): readonly InstitutionRow[] {
  const known = read.get(path);
  if (known) return known;
  if (!existsSync(path)) return [];
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const { rows } = Rows.parse(JSON.parse(text));
  read.set(path, rows);
  return rows;
}

const KINDS = ['University of', 'Technical University of', 'Institute of', 'College of'];
const PLACES = ['Ashford', 'Benholm', 'Carran', 'Dunlay', 'Eskdale', 'Fairwater', 'Glenmore'];
const COUNTRIES = [
  { country: 'United Kingdom', region: 'Northern Europe', continent: 'Europe', currency: 'GBP' },
  { country: 'Kenya', region: 'Eastern Africa', continent: 'Africa', currency: 'KES' },
  { country: 'Japan', region: 'Eastern Asia', continent: 'Asia', currency: 'JPY' },
];

/** Which rows are made up: the same for the same options; no id of `taken` is used. */
export interface MadeUpOptions {
  readonly seed?: number;
  readonly taken?: ReadonlySet<string>;
}

/** `count` rows in the shape of THE's, with ids from i-90000000 on. */
export function madeUpInstitutions(
  count: number,
  { seed = 1, taken = new Set() }: MadeUpOptions = {},
): readonly InstitutionRow[] {
  const random = seededRandom(seed);
  let number = 89_999_999;
  const pick = <T>(items: readonly T[]): T | undefined =>
    items[Math.floor(random() * items.length)];
  return Array.from({ length: count }, (_, index) => {
    do number += 1;
    while (taken.has(`i-${number}`));
    const place = pick(PLACES) ?? '';
    return {
      iid: `i-${number}`,
      name: `${pick(KINDS)} ${place} ${index + 1}`,
      web: `https://www.i${number}.example`,
      latitude: (random() * 180 - 90).toFixed(5),
      longitude: (random() * 360 - 180).toFixed(5),
      currency: '',
      region: '',
      country: '',
      continent: '',
      ...pick(COUNTRIES),
      address: place,
      phone: random() < 0.5 ? '' : `+1555${String(Math.floor(random() * 1e7)).padStart(7, '0')}`,
      foundation_year: String(1800 + Math.floor(random() * 220)),
    };
  });
}
