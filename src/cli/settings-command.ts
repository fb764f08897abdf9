import { Command } from 'commander';
import { addHelp } from './help-text.ts';
import type { Flag } from './settings/flag.ts';
import { FLAGS } from './settings/flags.ts';

/** `settings`: all flags that are also environment variables. */
export function settingsCommand(): Command {
  const command = new Command('settings').description(
    'Lists all settings of sync, create, validate, plan and remove, with their defaults.',
  );
  return addHelp(command, { usage: '', examples: ['institution-sync settings'] }).action(() => {
    process.stdout.write(`${settingsText()}\n`);
  });
}

function settingsText(): string {
  const width = Math.max(...FLAGS.map((flag) => term(flag).length));
  return [
    ...FLAGS.map((flag) => `${term(flag).padEnd(width + 2)}${flag.summary}${fallback(flag)}`),
    '',
    'Each is also an environment variable, and may stand in a file for --env-file.',
    'The flag wins over the environment, the environment over the file.',
    'Secrets are best kept out of the command line: other users of the machine see it.',
  ].join('\n');
}

function term({ name, value }: Flag): string {
  return `--${name} ${value}`;
}

function fallback({ fallback }: Flag): string {
  if (fallback === undefined) return '';
  return fallback.length > 20 ? '' : ` (${fallback})`;
}
