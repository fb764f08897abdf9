import { registerSecret } from '../../telemetry/process-secrets.ts';
import { FLAGS } from './flags.ts';
import type { Values } from './values.ts';

/**
 * From now on no output of this process shows the secrets among these values, and neither programs
 * that it starts (a kubeconfig may name some) nor reports of a crash find them in the environment.
 */
export function guardSecrets(values: Values, environment: NodeJS.ProcessEnv): void {
  for (const { name, kind } of FLAGS) {
    if (kind !== 'secret') continue;
    const value = values.get(name);
    if (value !== undefined) registerSecret(value.text);
    delete environment[name];
  }
}
