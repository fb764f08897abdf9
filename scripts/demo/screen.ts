import { setTimeout as sleep } from 'node:timers/promises';
import { styleFor, type Output } from '../../src/cli/screen/style.ts';
import { foldIndented, foldRows, foldTable, foldText } from './fold.ts';

/** What the demo shows, in the order in which it is read. */
export interface Screen {
  title(text: string): void;
  heading(text: string): void;
  /** A paragraph; then time to read it. */
  say(text: string): Promise<void>;
  /** A command as a user types it. */
  command(line: string): void;
  /** What a command said, folded to the width of the screen. */
  output(lines: readonly string[]): void;
  /** Rows as columns. */
  table(rows: readonly (readonly string[])[]): void;
  /** Time to read that many words. */
  pause(words: number): Promise<void>;
}

const WIDEST = 100;
const NARROWEST = 60;
const INDENT = '  ';
/** A quick reader's pace: the rest is read while commands run. Never a long wait. */
const READING = { msPerWord: 160, longestMs: 3_000 };

/** `paced` gives people time to read; a pipe needs none. */
export function openScreen(
  output: Output,
  environment: NodeJS.ProcessEnv,
  paced: boolean,
  signal: AbortSignal,
): Screen {
  const style = styleFor(output, environment);
  const width = () => Math.max(NARROWEST, Math.min(WIDEST, output.columns ?? WIDEST));
  const room = () => width() - INDENT.length;
  const print = (line = '') => void output.write(`${line}\n`);
  const indented = (line: string) => print(`${INDENT}${line}`.trimEnd());

  async function pause(words: number): Promise<void> {
    signal.throwIfAborted();
    if (!paced) return;
    await sleep(Math.min(words * READING.msPerWord, READING.longestMs), undefined, { signal });
  }

  return {
    pause,
    title(text) {
      print();
      print(style('bold', text));
    },
    heading(text) {
      print();
      print();
      print(style('bold', `━━ ${text} ${'━'.repeat(Math.max(0, width() - text.length - 4))}`));
    },
    async say(text) {
      print();
      for (const line of foldText(text, width())) print(line);
      await pause(text.split(' ').length);
    },
    command(line) {
      print();
      print(`${style('cyan', '$')} ${style('bold', line)}`);
    },
    output(lines) {
      for (const line of foldTable(lines, room())) {
        for (const part of foldIndented(line, room())) indented(part);
      }
    },
    table(rows) {
      for (const line of foldRows(rows, room())) indented(line);
    },
  };
}
