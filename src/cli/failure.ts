import { ProxySettingsError } from '../kubernetes/proxy-settings.ts';
import { EXIT } from './exit-code.ts';
import { printable } from './screen/printable.ts';
import { hideSecrets } from '../telemetry/process-secrets.ts';
import { UsageError } from './usage-error.ts';

/** Errors whose message is written for people. */
const FOR_PEOPLE: ReadonlySet<string> = new Set([
  'CommandError',
  'Fault',
  'KubeConfigError',
  'KubernetesError',
]);

/**
 * Tells why a command has failed: one line, or, for a mistake in this program, where it happened.
 * Returns the exit code.
 */
export function tellFailure(
  command: string,
  error: unknown,
  output: { write(text: string): unknown },
): number {
  if (error instanceof UsageError || error instanceof ProxySettingsError) {
    output.write(hideSecrets(`${command}: ${printable(error.message)}\n`));
    return EXIT.USAGE;
  }
  if (error instanceof Error && FOR_PEOPLE.has(error.name)) {
    output.write(hideSecrets(`${command}: ${printable(error.message)}\n`));
    return EXIT.FAILED;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  output.write(hideSecrets(`${command}: this is a mistake in the program. ${stack}\n`));
  return EXIT.FAILED;
}
