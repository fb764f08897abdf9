import type { ClusterOptions } from '../cluster/cluster-options.ts';
import { objectSubject } from '../cluster/object-subject.ts';
import type { TrustOptions } from '../cluster/trusted-hosts.ts';
import { credentialsOnPurpose, readCommandCredentials } from '../settings/command-credentials.ts';
import { CREDENTIAL_KEYS, credentialKeys } from '../settings/credential-keys.ts';
import { FLAGS } from '../settings/flags.ts';
import { takeValues } from '../settings/read-settings.ts';
import type { CommonOptions } from '../settings/settings-options.ts';
import type { GivenFlags, Values } from '../settings/values.ts';
import { UsageError } from '../usage-error.ts';
import { manifestSubject } from './manifest-subject.ts';
import type { OutputFormat } from './output-format.ts';
import { planFromSettings } from './plan-from-settings.ts';
import { showPlan } from './show-plan.ts';

export type PlanOptions = GivenFlags &
  CommonOptions &
  ClusterOptions &
  TrustOptions & { readonly filename?: string; readonly output: OutputFormat };

/**
 * The command `plan`: for a manifest, for an object in a cluster (as kubectl's plugin the only one
 * when none is named), or for settings. Resolves with the exit code.
 */
export async function planAnything(
  name: string | undefined,
  options: PlanOptions,
  isPlugin: boolean,
): Promise<number> {
  const values = takeValues(options, process.env);
  if (options.filename !== undefined) {
    refuseSettings(options, 'the manifest');
    const keys = credentialKeys(values);
    const given = keys && readCommandCredentials(keys);
    const subject = await manifestSubject(options.filename, name, options, given);
    return (await showPlan(subject, options, () => RELEASE_IN_CLUSTER)).exitCode;
  }
  if (name !== undefined || isPlugin) return planObject(name, options, values);
  if (values.has('AUTH0_DOMAIN')) return (await planFromSettings(values, options)).exitCode;
  throw new UsageError(
    'Nothing to plan for: give the name of an InstitutionSync, a manifest with -f, or --AUTH0_DOMAIN with credentials.',
  );
}

async function planObject(
  name: string | undefined,
  options: PlanOptions,
  values: Values,
): Promise<number> {
  refuseSettings(options, 'the object');
  const given = credentialsOnPurpose(values);
  const subject = await objectSubject(name, options, given);
  const { metadata } = subject.object;
  const where = `${metadata.name} -n ${metadata.namespace}`;
  // With the hash: what is held by then may be something else, and nobody has looked at that.
  const release = (planHash: string) =>
    `To release exactly these:\n  kubectl isync approve ${where} --plan-hash ${planHash}`;
  return (await showPlan(subject, options, release)).exitCode;
}

const RELEASE_IN_CLUSTER =
  'To release them, once the controller holds them: kubectl isync approve NAME';

function refuseSettings(given: GivenFlags, where: string): void {
  const credentials: readonly string[] = CREDENTIAL_KEYS;
  const flag = FLAGS.find(({ name }) => given[name] !== undefined && !credentials.includes(name));
  if (flag === undefined) return;
  throw new UsageError(`--${flag.name} has no effect here. Set it in ${where}, or leave it out.`);
}
