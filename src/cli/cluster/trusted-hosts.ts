import { auth0Urls } from '../../api/auth0-settings.ts';
import type { InstitutionSyncSpec } from '../../api/spec.ts';
import { allowList } from '../../controller/allow-list.ts';
import type { WatchedObject } from '../../controller/watched-object.ts';
import { CommandError } from '../command-error.ts';
import { readList } from '../settings/read-text.ts';

export interface TrustOptions {
  /** Comma-separated globs, as the controller takes them. */
  readonly allowedAuth0Domains?: string;
}

/** The person's own machine: what is sent there, nobody else reads. */
const OWN_MACHINE = ['localhost', '127.0.0.1'];
const AUTH0_DOMAINS = ['*.auth0.com', ...OWN_MACHINE];

/**
 * Throws a CommandError unless credentials of a Secret may be sent to the hosts that the object
 * names. Somebody else may have written the object, to be sent what only its reader may read.
 * Trusted are the hosts of Auth0 and THE, this machine, what the person allows, and what the
 * controller of the cluster has found allowed: then it has worked with these very settings.
 */
export function assertTrusted(
  spec: InstitutionSyncSpec,
  object: WatchedObject | undefined,
  options: TrustOptions,
): void {
  if (object !== undefined && isAdmitted(object)) return;
  const { host, tokenEndpoint } = auth0Urls(spec);
  const domains = allowList([...AUTH0_DOMAINS, ...readList(options.allowedAuth0Domains ?? '')]);
  for (const [field, target] of [
    ['auth0.domain', host],
    ['auth0.tokenEndpoint', new URL(tokenEndpoint).host],
  ] as const) {
    if (domains(target)) continue;
    throw new CommandError(
      `The Secret's credentials are not sent to ${target} (spec.${field}), which is no host of Auth0. If it is yours, add --allowed-auth0-domains ${target}`,
    );
  }
}

/** The controller asks the tenant only after it has allowed the hosts. */
function isAdmitted({ metadata, status }: WatchedObject): boolean {
  const target = status?.conditions?.find(({ type }) => type === 'TargetAvailable');
  return target?.observedGeneration === metadata.generation;
}
