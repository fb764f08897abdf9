import { Option, type Command } from 'commander';

export type OutputFormat = 'table' | 'json' | 'yaml';

/** Adds `-o` to a command. */
export function addPlanOutput(command: Command): Command {
  const choices: readonly OutputFormat[] = ['table', 'json', 'yaml'];
  return command.addOption(
    new Option('-o, --output <format>', 'table, json or yaml').choices(choices).default('table'),
  );
}
