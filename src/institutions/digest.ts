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
  for await (const slice of sortedSlices(institutions, 0, signal)) {
    hash.update(slice.map(institutionLine).join(''));
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
 * The institutions in the order of their ids, in slices. Sorting a hundred thousand at once would
 * hold up everything else, so they are first parted by the character where their ids part.
 */
async function* sortedSlices(
  institutions: readonly Institution[],
  from: number,
  signal: AbortSignal,
): AsyncGenerator<readonly Institution[]> {
  await nextTurn();
  signal.throwIfAborted();
  if (institutions.length <= SLICE) {
    yield institutions.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    return;
  }
  const position = firstDifference(institutions, from);
  const parts = Map.groupBy(institutions, ({ id }) => id.charAt(position));
  for (const key of [...parts.keys()].sort()) {
    yield* sortedSlices(parts.get(key) ?? [], position + 1, signal);
  }
}

/** How many characters all ids have in common at their start; `from` are known to be. */
function firstDifference(institutions: readonly Institution[], from: number): number {
  const first = institutions[0]?.id ?? '';
  let common = first.length;
  for (const { id } of institutions) {
    let length = from;
    while (length < common && id.charCodeAt(length) === first.charCodeAt(length)) length += 1;
    common = length;
  }
  return common;
}
