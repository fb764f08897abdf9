/** A text in lines of at most `width` characters, broken between words; a longer word is cut. */
export function foldText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((each) => pieces(each, width))) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** A line that may be indented: what does not fit goes on beneath, indented as much. */
export function foldIndented(line: string, width: number): string[] {
  if (line.length <= width) return [line];
  const [margin = ''] = /^ */.exec(line) ?? [];
  const parts = foldText(line.slice(margin.length), width - margin.length);
  return parts.map((part) => margin + part);
}

/** No column is made narrower, whatever stands beside it. */
const NARROWEST_COLUMN = 13;
/** Where the widest column would be narrower than that, all move together. */
const NARROW_COLUMN = 24;
const GAP = 3;
const NARROW_GAP = 2;

/** Rows as columns of even width, in lines of at most `width` characters: wide cells are folded. */
export function foldRows(rows: readonly (readonly string[])[], width: number): string[] {
  const natural = columnWidths(rows);
  const wide = narrowed(natural, width - GAP * (natural.length - 1));
  const isTight = wide.some((room, index) => room < (natural[index] ?? 0) && room < NARROW_COLUMN);
  const gap = isTight ? NARROW_GAP : GAP;
  const rooms = isTight ? narrowed(natural, width - gap * (natural.length - 1)) : wide;
  const folded = rows.map((row) => row.map((cell, index) => foldText(cell, rooms[index] ?? width)));
  const widths = columnWidths(folded.flatMap((cells) => linesOf(cells)));
  return folded
    .flatMap((cells) => linesOf(cells))
    .map((line) =>
      line
        .map((part, index) => part.padEnd(widths[index] ?? 0))
        .join(' '.repeat(gap))
        .trimEnd(),
    );
}

/**
 * The same for a table as kubectl prints it: a line of titles, columns at least two spaces apart.
 * What fits, or is no table, is left as it is.
 */
export function foldTable(lines: readonly string[], width: number): readonly string[] {
  const starts = columnStarts(lines[0] ?? '');
  if (starts.length < 2 || lines.every((line) => line.length <= width)) return lines;
  const rows = lines.map((line) =>
    starts.map((start, index) => line.slice(start, starts[index + 1]).trim()),
  );
  return foldRows(rows, width);
}

/** The folded cells of a row, line by line. */
function linesOf(cells: readonly (readonly string[])[]): string[][] {
  const height = Math.max(...cells.map((parts) => parts.length));
  return Array.from({ length: height }, (_, line) => cells.map((parts) => parts[line] ?? ''));
}

function columnWidths(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, cell.length);
    }
  }
  return widths;
}

/** Takes from the widest until all have room, or are as narrow as they may be. */
function narrowed(widths: readonly number[], room: number): number[] {
  const left = [...widths];
  for (let excess = left.reduce((sum, each) => sum + each, 0) - room; excess > 0; excess -= 1) {
    const widest = Math.max(...left);
    if (widest <= NARROWEST_COLUMN) break;
    left[left.indexOf(widest)] = widest - 1;
  }
  return left;
}

/** Where the titles of a table begin: `LAST SYNC` is one title. */
function columnStarts(titles: string): number[] {
  if (titles !== titles.toUpperCase()) return [];
  return [...titles.matchAll(/\S+(?: \S+)*/g)].map(({ index }) => index);
}

/** Addresses and paths are cut where a reader would cut them, if that leaves enough of a line. */
const SEAM = /[/,=:](?!.*[/,=:])/;

function pieces(word: string, width: number): string[] {
  if (word.length <= width) return [word];
  const seam = (SEAM.exec(word.slice(0, width))?.index ?? 0) + 1;
  const end = seam > width / 2 ? seam : width;
  return [word.slice(0, end), ...pieces(word.slice(end), width)];
}
