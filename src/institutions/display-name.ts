/** Auth0's bound for `display_name` and for the values of `metadata`, taken as UTF-16 units. */
export const LONGEST_TEXT = 255;

/** Control characters (C0, C1, DEL) and white space; JavaScript's `\s` includes U+FEFF. */
const BLANKS = /[\p{Cc}\s]+/gu;

/** By graphemes. The locale is fixed: their boundaries must not depend on the machine. */
const graphemes = new Intl.Segmenter('en');

/**
 * The text as an organization shows it: trimmed, control characters and runs of white space made
 * one space, lone surrogates made U+FFFD, at most 255 UTF-16 units and never cut inside a grapheme.
 * Empty when nothing is left. Format characters (joiners, direction marks) are part of a name and
 * stay: Persian, Hindi and emoji need them. Cleaning twice changes nothing.
 */
export function toDisplayName(text: string): string {
  const clean = text.toWellFormed().replace(BLANKS, ' ').trim();
  return clean.length <= LONGEST_TEXT ? clean : cut(clean);
}

function cut(text: string): string {
  const boundary = graphemes.segment(text).containing(LONGEST_TEXT)?.index ?? 0;
  const short = text.slice(0, boundary > 0 ? boundary : codePointBoundary(text)).trimEnd();
  // A slice keeps the whole text alive in memory; a copy does not.
  return Buffer.from(short).toString();
}

/** For a first grapheme that is too long by itself, where cutting before it would leave nothing. */
function codePointBoundary(text: string): number {
  return text.slice(0, LONGEST_TEXT).isWellFormed() ? LONGEST_TEXT : LONGEST_TEXT - 1;
}
