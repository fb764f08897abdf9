import { styleText } from 'node:util';

export type Style = (
  colour: 'red' | 'green' | 'yellow' | 'cyan' | 'bold' | 'dim',
  text: string,
) => string;

/** A stream that text is written to, as Node's `process.stdout` is. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/**
 * Colours where they can be seen: on a terminal that is not `dumb`, and never with NO_COLOR
 * (https://no-color.org: any value that is not empty).
 */
export function styleFor(
  output: Output,
  environment: Readonly<Record<string, string | undefined>>,
): Style {
  const coloured =
    output.isTTY === true && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
  return coloured
    ? (colour, text) => styleText(colour, text, { validateStream: false })
    : (_colour, text) => text;
}
