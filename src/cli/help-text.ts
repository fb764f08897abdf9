import type { Command } from 'commander';

const WIDTH = 80;

/** What the help of a command shows besides its options. */
export interface HelpExtras {
  /** What comes after the command's name. */
  readonly usage: string;
  /** Further flags, by name only. */
  readonly also?: readonly string[];
  readonly examples: readonly string[];
  /** A last remark. */
  readonly note?: string;
}

/** Gives a command the form of help that all commands have. */
export function addHelp(command: Command, extras: HelpExtras): Command {
  return command.configureHelp({ formatHelp: () => helpText(command, extras) });
}

/**
 * Help that fits a screen of 24 lines and 80 columns: usage, what the command does, its usual options
 * a line each, the names of the others, and an example.
 */
function helpText(command: Command, extras: HelpExtras): string {
  const options = command.options.filter((option) => !option.hidden);
  const rows = options.map(({ flags, description }) => [flags, description] as const);
  const column = Math.max(...rows.map(([term]) => term.length)) + 2;
  return [
    `Usage: ${command.name()} ${extras.usage}`.trimEnd(),
    ...wrapped(command.description(), 0),
    ...(rows.length === 0 ? [] : ['']),
    ...rows.map(([term, text]) => `  ${term.padEnd(column)}${text}`),
    ...alsoLines(extras.also ?? []),
    '',
    ...extras.examples.map(
      (example, index) => `${index === 0 ? 'Example: ' : '         '}${example}`,
    ),
    ...(extras.note === undefined ? [] : wrapped(extras.note, 0)),
    '',
  ].join('\n');
}

function alsoLines(names: readonly string[]): readonly string[] {
  return names.length === 0
    ? []
    : wrapped(`Also: ${names.map((name) => `--${name}`).join(' ')}`, 6).map((line) => `  ${line}`);
}

/** Breaks a text at spaces; lines after the first begin with `indent` spaces. */
function wrapped(text: string, indent: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > WIDTH - 2) {
      lines.push(line);
      line = ' '.repeat(indent) + word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
