import { readCommandCredentials } from '../settings/command-credentials.ts';
import { settingsFrom } from '../settings/read-settings.ts';
import type { CommonOptions } from '../settings/settings-options.ts';
import { flagWording } from '../wording.ts';
import type { Values } from '../settings/values.ts';
import type { OutputFormat } from './output-format.ts';
import { showPlan, type ShownPlan } from './show-plan.ts';

/** Shows the plan of the settings that these values make. */
export function planFromSettings(
  values: Values,
  options: CommonOptions & { readonly output: OutputFormat },
): Promise<ShownPlan> {
  const { spec, credentialKeys, approval } = settingsFrom(values);
  const credentials = readCommandCredentials(credentialKeys);
  return showPlan(
    { spec, credentials, approval, wording: flagWording(credentials) },
    options,
    (planHash) => `To make exactly these changes: institution-sync sync … --APPROVE ${planHash}`,
  );
}
