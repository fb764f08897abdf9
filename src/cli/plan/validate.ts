import { EXIT } from '../exit-code.ts';
import { takeValues } from '../settings/read-settings.ts';
import type { CommonOptions } from '../settings/settings-options.ts';
import type { GivenFlags } from '../settings/values.ts';
import type { OutputFormat } from './output-format.ts';
import { planFromSettings } from './plan-from-settings.ts';

/** The command `validate`. Resolves with the exit code: 1 when the tenant differs. */
export async function validate(
  given: GivenFlags & CommonOptions & { readonly output: OutputFormat },
): Promise<number> {
  const { document, exitCode } = await planFromSettings(takeValues(given, process.env), given);
  return document?.equal === false ? EXIT.FAILED : exitCode;
}
