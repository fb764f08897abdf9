import { Option, type Command } from 'commander';
import { addHelp } from '../help-text.ts';
import type { Flag } from './flag.ts';
import { flagNamed, FLAGS } from './flags.ts';

/** What the command line says besides the settings themselves. */
export interface CommonOptions {
  readonly envFile?: readonly string[];
  readonly verbose?: boolean;
  readonly quiet?: boolean;
}

export interface SettingsHelp {
  /** After the command's name. */
  readonly usage?: string;
  /** Flags with a line of their own. */
  readonly shown: readonly string[];
  /** Flags without a meaning for the command. */
  readonly without?: readonly string[];
  /** Take the settings that are not shown, but do not speak of them. */
  readonly hideOthers?: boolean;
  readonly examples: readonly string[];
}

/** How to get into the tenant: with a line of their own nearly everywhere. */
export const ACCESS_FLAGS: readonly string[] = [
  'AUTH0_DOMAIN',
  'AUTH0_ACCESS_TOKEN',
  'AUTH0_CLIENT_ID',
  'AUTH0_CLIENT_SECRET',
  'AUTH0_AUDIENCE',
  'AUTH0_ACCESS_TOKEN_ENDPOINT',
];

const NOTE =
  'Each setting is also an environment variable; the flag wins. All of them, with their defaults: institution-sync settings';

/**
 * Adds the settings, `--env-file`, `--verbose` and `--quiet` to a command, and its help. Every
 * command takes every setting, so that one line of settings serves them all.
 */
export function addSettings(command: Command, help: SettingsHelp): Command {
  const { shown, without = [], hideOthers = false } = help;
  for (const name of shown) command.addOption(settingOption(flagNamed(name)));
  command
    .option('--env-file <file>', 'settings as lines NAME=value', collect)
    .option('--verbose', 'tell of each change and each request')
    .option('--quiet', 'tell only what went wrong');
  const others = FLAGS.filter(({ name }) => !shown.includes(name));
  for (const each of others) command.addOption(settingOption(each).hideHelp());
  const also = others.map(({ name }) => name).filter((name) => !without.includes(name));
  return addHelp(command, {
    usage: help.usage ?? '[options]',
    examples: help.examples,
    ...(hideOthers ? {} : { also, note: NOTE }),
  });
}

/** A flag as commander takes it; a list may be given several times. */
function settingOption({ name, kind, value, summary }: Flag): Option {
  const term = kind === 'boolean' ? `--${name} [${value}]` : `--${name} <${value}>`;
  const option = new Option(term, summary);
  return kind === 'list' ? option.argParser(collect) : option;
}

function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}
