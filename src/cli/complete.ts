import type { Command, Option } from 'commander';
import type { CommandEntry } from './commands.ts';
import { FLAGS } from './settings/flags.ts';

/** What the shell does beside our words; the codes are cobra's, which kubectl's plugins answer with. */
const FILES_TOO = ':0';
const NOTHING_ELSE = ':4';

/** Flags whose value is the path of a file. */
const FILE_FLAGS: ReadonlySet<string> = new Set(['--env-file', '--filename', '--kubeconfig']);

/**
 * What may stand in place of the last of these words: a line each, with a description after a tab,
 * and a last line that says whether files may stand there too.
 */
export async function complete(
  entries: readonly CommandEntry[],
  words: readonly string[],
): Promise<string> {
  const current = words.at(-1) ?? '';
  if (words.length <= 1) {
    return answer(
      entries.map(({ name, summary }) => [name, summary]),
      current,
    );
  }
  const entry = entries.find(({ name }) => name === words[0]);
  if (entry === undefined) return `${NOTHING_ELSE}\n`;
  const command = await entry.load();
  const before = optionNamed(command, words.at(-2) ?? '');
  if (before !== undefined && (before.required || before.optional)) {
    if (FILE_FLAGS.has(before.long ?? '')) return `${FILES_TOO}\n`;
    return answerValues(before, current);
  }
  if (!current.startsWith('-')) return `${NOTHING_ELSE}\n`;
  const flags = command.options.map(
    ({ long, short, description }) => [long ?? short ?? '', description] as const,
  );
  return answer([...flags, ['--help', 'show this help']], current);
}

function optionNamed(command: Command, word: string): Option | undefined {
  return command.options.find(
    ({ short, long }) => word !== '' && (word === short || word === long),
  );
}

/** Of a list, the last item is completed. */
function answerValues(option: Option, current: string): string {
  const flag = FLAGS.find(({ name }) => `--${name}` === option.long);
  const choices = option.argChoices ?? flag?.choices ?? [];
  const start = flag?.kind === 'list' ? current.slice(0, current.lastIndexOf(',') + 1) : '';
  return answer(
    choices.map((choice) => [start + choice, '']),
    current,
  );
}

function answer(
  candidates: readonly (readonly [word: string, description: string])[],
  current: string,
): string {
  const lines = candidates
    .filter(([word]) => word.startsWith(current))
    .map(([word, description]) => (description === '' ? word : `${word}\t${description}`));
  return [...lines, NOTHING_ELSE, ''].join('\n');
}
