/**
 * Control characters, line and paragraph separators, and those that turn the direction of what
 * follows: names are data, and must neither steer a terminal nor hide a part of a line.
 */
const STEERING = /[\p{Cc}\u{2028}\u{2029}\u{202a}-\u{202e}\u{2066}-\u{2069}\u{feff}]/gu;

/** The text with such characters written out, such as `\u{1b}`. */
export function printable(text: string): string {
  return text.replace(STEERING, (char) => String.raw`\u{${char.codePointAt(0)!.toString(16)}}`);
}

/** The same between quotation marks, so that spaces and an empty text can be seen. */
export function quoted(text: string): string {
  return `"${printable(text)}"`;
}
