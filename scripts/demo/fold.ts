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

/** The widest column keeps at least this much, whatever stands beside it. */
const NARROWEST_COLUMN = 24;
const GAP = 3;

/**
 * A table as kubectl prints it (a line of titles, columns at least two spaces apart) in lines of at
 * most `width` characters: the cells of its widest column are folded. What fits, or is no table, is
 * left as it is.
 */
export function foldTable(lines: readonly string[], width: number): readonly string[] {
  const starts = columnStarts(lines[0] ?? '');
  if (starts.length < 2 || lines.every((line) => line.length <= width)) return lines;
  const rows = lines.map((line) =>
    starts.map((start, index) => line.slice(start, starts[index + 1]).trim()),
  );
  const widths = starts.map((_, index) =>
    Math.max(...rows.map((row) => row[index]?.length ?? 0), 0),
  );
  const widest = widths.indexOf(Math.max(...widths));
  const others = widths.reduce((sum, each, index) => (index === widest ? sum : sum + each), 0);
  const room = width - others - GAP * (widths.length - 1);
  widths[widest] = Math.max(room, NARROWEST_COLUMN);
  return rows.flatMap((row) => foldRow(row, widest, widths));
}

function foldRow(row: readonly string[], widest: number, widths: readonly number[]): string[] {
  const folded = foldText(row[widest] ?? '', widths[widest] ?? 0);
  return folded.map((part, line) =>
    row
      .map((cell, index) => {
        const text = index === widest ? part : cell;
        return (line > 0 && index !== widest ? '' : text).padEnd(widths[index] ?? 0);
      })
      .join(' '.repeat(GAP))
      .trimEnd(),
  );
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
