/** The most edits between two flags that look like one mistyped. */
const MOST_EDITS = 3;

/** The known flag that was probably meant: letter case, `-` and `_` do not count as edits. */
export function closestFlag(typed: string, known: readonly string[]): string | undefined {
  const word = plain(typed);
  const ranked = known
    .map((flag) => ({ flag, edits: distance(word, plain(flag)) }))
    .toSorted((a, b) => a.edits - b.edits);
  const best = ranked[0];
  if (best === undefined || best.edits > Math.min(MOST_EDITS, word.length / 2)) return undefined;
  return best.flag;
}

function plain(flag: string): string {
  return flag.toLowerCase().replaceAll(/[-_]/g, '');
}

/** Levenshtein's distance, a row at a time. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = row[j - 1]! + Number(a[i - 1] !== b[j - 1]);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
