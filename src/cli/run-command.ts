import { CommanderError, type Command } from 'commander';
import type { Binary } from './commands.ts';
import { EXIT } from './exit-code.ts';
import { tellFailure } from './failure.ts';
import { closestFlag } from './closest-flag.ts';

/**
 * Runs a command with these arguments. Resolves with its exit code: whatever goes wrong is told on
 * standard error, and is never thrown.
 */
export async function runCommand(
  binary: Binary,
  command: Command,
  args: readonly string[],
): Promise<number> {
  const name = `${binary === 'kubectl-isync' ? 'kubectl isync' : binary} ${command.name()}`;
  command
    .name(name)
    .exitOverride()
    .helpOption('-h, --help', 'show this help')
    .configureOutput({ writeErr: () => {}, outputError: () => {} });
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    // Node's own report would show the error with all that hangs on it, secrets included.
    process.on(event, (error) => process.exit(tellFailure(name, error, process.stderr)));
  }
  try {
    await command.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? EXIT.DONE);
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.DONE;
      process.stderr.write(`${name}: ${usageMessage(error, command)} See ${name} --help.\n`);
      return EXIT.USAGE;
    }
    return tellFailure(name, error, process.stderr);
  }
}

/** Commander's message in one line, without the value that may stand behind an equals sign. */
function usageMessage(error: CommanderError, command: Command): string {
  const message = error.message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');
  if (error.code === 'commander.unknownOption') {
    const flag = /'(-[^'=]*)/.exec(message)?.[1] ?? '';
    const known = command.options.flatMap(({ long }) => long ?? []);
    const closest = closestFlag(flag, known);
    return `${flag} is no flag of this command.${closest === undefined ? '' : ` Did you mean ${closest}?`}`;
  }
  if (error.code === 'commander.optionMissingArgument') {
    return `${/--?[\w-]+/.exec(message.replace(/^option '-\w, /, ''))?.[0] ?? 'A flag'} needs a value.`;
  }
  if (error.code === 'commander.excessArguments') {
    // Their text is not repeated: it may be a secret that lost its flag.
    return 'There are words that belong to no flag. Quote values with spaces.';
  }
  return message.endsWith('.') ? message : `${message}.`;
}
