import { spawnSync } from 'node:child_process';
import { startCli, type CliOptions, type RunningCli } from './run-cli.ts';
import { PROGRAM } from './program.ts';

export interface Screen {
  readonly code: number | undefined;
  /** All that was written, with colours and cursor movements. */
  readonly raw: string;
  /** Without them: every line as it was at its last. */
  readonly text: string;
}

/** Whether a terminal can be had here: util-linux's `script` makes one. */
export const HAS_TERMINAL = /util-linux/.test(
  spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '',
);

/** Starts the program on a terminal of its own. */
export async function startOnTerminal(
  args: readonly string[],
  options: Omit<CliOptions, 'program' | 'input'> = {},
): Promise<RunningCli> {
  const command = [process.execPath, '--', PROGRAM, ...args].map(quoted).join(' ');
  return startCli([], {
    ...options,
    env: { TERM: 'xterm-256color', ...options.env },
    program: ['script', '-qec', `stty rows 24 cols 100; exec ${command}`, '/dev/null'],
  });
}

/** Runs the program on a terminal to its end, with what a person types. */
export async function onTerminal(
  args: readonly string[],
  options: Omit<CliOptions, 'program' | 'input'> & {
    readonly type?: { readonly after: RegExp; readonly text: string };
  } = {},
): Promise<Screen> {
  const cli = await startOnTerminal(args, options);
  if (options.type !== undefined) {
    await cli.until(options.type.after);
    cli.child.stdin?.write(options.type.text);
  }
  const { code, stdout } = await cli.ended;
  cli.child.stdin?.destroy();
  return { code, raw: stdout, text: textOf(stdout) };
}

/** What a terminal shows in the end of all that was written to it, for what this program writes. */
export function textOf(raw: string): string {
  return (
    raw
      .replaceAll('\r\n', '\n')
      .split('\n')
      .map((line) => line.split('\r').at(-1) ?? '')
      .join('\n')
      // oxlint-disable-next-line no-control-regex
      .replaceAll(/\u{1b}\[[0-9;]*[A-Za-z]/gu, '')
  );
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
