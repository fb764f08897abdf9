import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { METADATA_FIELDS } from '../api/spec.ts';
import type { Institution, SkippedRow } from './institution.ts';

/** Entries worked on without a pause: a few milliseconds of CPU. */
const SLICE = 4_000;

/**
 * `sha256:…` over the institutions sorted by id, and the skipped rows' ids and causes: equal for
 * equal listings, whatever the order of rows. Ids must be unique, and names and fields clean, as
 * `toInstitution` makes them. Lets other work run between slices.
 */
export async function digestOf(
  institutions: readonly Institution[],
  skipped: readonly SkippedRow[],
  signal: AbortSignal,
): Promise<string> {
  const hash = createHash('sha256');
  for await (const slice of slices(institutions, 0, signal)) {
    // The tab behind an id sorts before all that an id may hold, so this is the order of the ids.
    hash.update(slice.map(institutionLine).sort().join(''));
  }
  hash.update('\n');
  for (const line of skipped.map(skippedLine).sort()) hash.update(line);
  return `sha256:${hash.digest('hex')}`;
}

/** Cleaned text has no control characters, so tabs and line ends part the values unmistakably. */
function institutionLine({ id, name, fields }: Institution): string {
  let line = `${id}\t${name}`;
  for (const field of METADATA_FIELDS) {
    const value = fields[field];
    if (value !== undefined) line += `\t${field}\t${value}`;
  }
  return `${line}\n`;
}

/** The id of a skipped row is not clean: JSON escapes what could be mistaken. */
function skippedLine({ id, why }: SkippedRow): string {
  return `${JSON.stringify([id ?? null, why])}\n`;
}

/**
 * The institutions in slices, each with lower ids than the next. Sorting a hundred thousand at once
 * would hold up everything else, so they are parted by the character of their ids at `position`,
 * where all that stands before it is the same, and so on until the parts are small.
 */
async function* slices(
  institutions: readonly Institution[],
  position: number,
  signal: AbortSignal,
): AsyncGenerator<readonly Institution[]> {
  await nextTurn();
  signal.throwIfAborted();
  if (institutions.length <= SLICE) {
    yield institutions;
    return;
  }
  const parts: Institution[][] = [];
  for (const institution of institutions) {
    // An id that ends before this position is the lowest.
    (parts[institution.id.charCodeAt(position) || 0] ??= []).push(institution);
  }
  for (const part of Object.values(parts)) yield* slices(part, position + 1, signal);
}
