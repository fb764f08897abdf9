import { COMMANDS, type Binary, type CommandEntry } from './commands.ts';
import { stopTracing } from '../telemetry/start-tracing.ts';
import { systemClock } from '../time/clock.ts';
import { EXIT } from './exit-code.ts';

const DESCRIPTIONS: Readonly<Record<Binary, string>> = {
  'institution-sync':
    "Keeps the Organizations of an Auth0 tenant equal to Times Higher Education's\ninstitutions.",
  'kubectl-isync': 'Works on InstitutionSyncs in a cluster, with your own kubeconfig and rights.',
};
const EXAMPLES: Readonly<Record<Binary, string>> = {
  'institution-sync': 'institution-sync sync --env-file .env --NAP 1800000',
  'kubectl-isync': 'kubectl isync plan my-sync -n my-namespace',
};

/**
 * Runs the command that the arguments name, and ends the process with its exit code once all output
 * is written, whatever connections are still open.
 */
export async function run(binary: Binary, args: readonly string[]): Promise<void> {
  let isRead = true;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    // The reader has gone (`… | head`). What runs for long ends in good order, as by a signal.
    if (isRead) process.emit('SIGTERM');
    isRead = false;
  });
  process.exitCode = await dispatch(binary, args);
  await stopTracing(systemClock);
  await Promise.all([process.stdout, process.stderr].map(written));
  process.exit();
}

async function dispatch(binary: Binary, args: readonly string[]): Promise<number> {
  const [first, second] = args;
  if (first === undefined) {
    process.stderr.write(overview(binary));
    return EXIT.USAGE;
  }
  if (first === '--version' || first === '-V' || first === 'version') {
    process.stdout.write(`${version()}\n`);
    return EXIT.DONE;
  }
  const isHelp = first === 'help' || first === '--help' || first === '-h';
  if (isHelp && second === undefined) {
    process.stdout.write(overview(binary));
    return EXIT.DONE;
  }
  const name = isHelp ? second : first;
  const entries = COMMANDS[binary];
  if (first === '__complete') {
    const { complete } = await import('./complete.ts');
    process.stdout.write(await complete(entries, args.slice(1)));
    return EXIT.DONE;
  }
  const entry = entries.find((each) => each.name === name);
  if (entry === undefined) {
    // What was typed is not repeated: it may be a secret that lost its flag.
    const names = entries.map((each) => each.name).join(', ');
    process.stderr.write(`${binary}: this is no command. Give one of: ${names}.\n`);
    return EXIT.USAGE;
  }
  const { runCommand } = await import('./run-command.ts');
  return runCommand(binary, await entry.load(), isHelp ? ['--help'] : args.slice(1));
}

function overview(binary: Binary): string {
  const entries = COMMANDS[binary];
  const width = Math.max(...entries.map(({ name }) => name.length));
  const usage = binary === 'kubectl-isync' ? 'kubectl isync' : binary;
  return [
    `Usage: ${usage} <command> [options]`,
    DESCRIPTIONS[binary],
    '',
    ...entries.map(({ name, summary }: CommandEntry) => `  ${name.padEnd(width + 2)}${summary}`),
    '',
    `  ${usage} help <command>  tells more about a command.`,
    `  ${usage} --version       tells the version.`,
    '',
    `Example: ${EXAMPLES[binary]}`,
    '',
  ].join('\n');
}

/** The build puts the version of package.json in; from the sources there is none. */
function version(): string {
  return process.env['INSTITUTION_SYNC_VERSION'] ?? '0.0.0-development';
}

function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
