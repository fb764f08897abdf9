import { setTimeout as sleep } from 'node:timers/promises';
import { styleFor, type Output } from '../../src/cli/screen/style.ts';
import { foldTable, foldText } from './fold.ts';

/** What the demo shows, in the order in which it is read. */
export interface Screen {
  heading(text: string): void;
  /** A paragraph; then time to read it. */
  say(text: string): Promise<void>;
  /** A command as a user types it. */
  command(line: string): void;
  /** What a command said, or a table: folded to the width of the screen. */
  output(lines: readonly string[]): void;
  /** Time to read that many words. */
  pause(words: number): Promise<void>;
}

const WIDEST = 100;
const NARROWEST = 60;
const INDENT = '  ';
/** Four words a second, which is a usual pace of silent reading, and never a long wait. */
const READING = { msPerWord: 220, longestMs: 4_500 };

/** `paced` gives people time to read; a pipe needs none. */
export function openScreen(
  output: Output,
  environment: NodeJS.ProcessEnv,
  paced: boolean,
  signal: AbortSignal,
): Screen {
  const style = styleFor(output, environment);
  const width = () => Math.max(NARROWEST, Math.min(WIDEST, output.columns ?? WIDEST));
  const print = (line = '') => void output.write(`${line}\n`);

  async function pause(words: number): Promise<void> {
    signal.throwIfAborted();
    if (!paced) return;
    await sleep(Math.min(words * READING.msPerWord, READING.longestMs), undefined, { signal });
  }

  return {
    pause,
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
      const room = width() - INDENT.length;
      const table = foldTable(lines, room);
      for (const line of table.flatMap((each) =>
        each.length > room ? foldText(each, room) : [each],
      )) {
        print(`${INDENT}${line}`.trimEnd());
      }
    },
  };
}
