import { parseDuration } from '../../api/duration.ts';
import type { InstitutionSyncSpec } from '../../api/spec.ts';
import type { Verbosity } from '../rounds/presenter.ts';
import { UsageError } from '../usage-error.ts';
import { requiredCredentialKeys, type CredentialKeys } from './credential-keys.ts';
import { guardSecrets } from './guard-secrets.ts';
import { specFromValues } from './spec-from-values.ts';
import type { CommonOptions } from './settings-options.ts';
import { readValues, type GivenFlags, type Values } from './values.ts';

export interface Settings {
  readonly spec: InstitutionSyncSpec;
  readonly credentialKeys: CredentialKeys;
  /** Milliseconds between two rounds; undefined: one round. */
  readonly napMs: number | undefined;
  /** The hash of held changes to release. */
  readonly approval: string | undefined;
}

/**
 * The values of a command's flags from its flags, the environment and files. Secrets among them are
 * guarded from now on. Throws a UsageError.
 */
export function takeValues(
  given: GivenFlags & CommonOptions,
  environment: NodeJS.ProcessEnv,
): Values {
  const values = readValues(given, environment, given.envFile ?? []);
  guardSecrets(values, environment);
  return values;
}

/** The settings that these values make. Throws a UsageError. */
export function settingsFrom(values: Values): Settings {
  const spec = specFromValues(values);
  return {
    spec,
    credentialKeys: requiredCredentialKeys(values),
    napMs: values.has('NAP') ? parseDuration(spec.nap) : undefined,
    approval: approvalOf(values),
  };
}

const PLAN_HASH = /^sha256:[0-9a-f]{64}$/;

function approvalOf(values: Values): string | undefined {
  const value = values.get('APPROVE');
  if (value === undefined) return undefined;
  const hash = value.text.trim();
  if (PLAN_HASH.test(hash)) return hash;
  throw new UsageError(
    `${value.where} must be the planHash that a sync or validate has shown: sha256: and 64 digits.`,
  );
}

/** How much a command is to tell. Throws a UsageError for contradicting flags. */
export function verbosityOf({ verbose, quiet }: CommonOptions): Verbosity {
  if (verbose && quiet) {
    throw new UsageError('--verbose and --quiet contradict each other. Give one of them.');
  }
  if (verbose) return 'verbose';
  return quiet ? 'quiet' : 'normal';
}
