import { Fault } from '../api/fault.ts';

/** Whether credentials or requests may be sent to this `host` or `host:port`. */
export type AllowList = (hostAndPort: string) => boolean;

const DEFAULT_PORT = '443';

/**
 * A list of globs over `host` or `host:port`, such as `*.auth0.com`. A `*` stands for any characters
 * of a host or of a port, never for the colon between them; a glob without a port allows every port
 * of its hosts. Case and a trailing dot do not matter. Throws a RangeError for an empty glob.
 */
export function allowList(globs: readonly string[]): AllowList {
  const patterns = globs.map((glob) => {
    if (glob.trim() === '') throw new RangeError('An allow-list has an empty entry');
    return { pattern: globPattern(glob), withPort: glob.includes(':') };
  });
  return function isAllowed(hostAndPort) {
    const { host, port } = splitHost(hostAndPort);
    return patterns.some(({ pattern, withPort }) =>
      pattern.test(withPort ? `${host}:${port}` : host),
    );
  };
}

function globPattern(glob: string): RegExp {
  const parts = normalised(glob.trim()).split('*');
  return new RegExp(`^${parts.map((part) => RegExp.escape(part)).join('[^:]*')}$`);
}

function splitHost(hostAndPort: string): { host: string; port: string } {
  const [host = '', port = DEFAULT_PORT] = normalised(hostAndPort).split(':');
  return { host, port };
}

function normalised(host: string): string {
  return host.toLowerCase().replace(/\.(?=:|$)/, '');
}

export interface AllowLists {
  readonly auth0Domains: AllowList;
  readonly institutionHosts: AllowList;
}

/**
 * Throws InvalidSpec when a host that the object names is not on its list. Whoever may create an
 * object must not be able to send a Secret's credentials to a host of their choice.
 */
export function assertAllowed(
  hosts: {
    readonly domain: string;
    readonly tokenEndpoint: string;
    readonly institutions: string;
  },
  lists: AllowLists,
): void {
  const checks = [
    ['auth0.domain', hosts.domain, lists.auth0Domains, 'allowedAuth0Domains'],
    ['auth0.tokenEndpoint', hostOf(hosts.tokenEndpoint), lists.auth0Domains, 'allowedAuth0Domains'],
    [
      'institutions.endpoint',
      hostOf(hosts.institutions),
      lists.institutionHosts,
      'allowedInstitutionHosts',
    ],
  ] as const;
  for (const [field, host, isAllowed, list] of checks) {
    if (isAllowed(host)) continue;
    throw new Fault(
      'InvalidSpec',
      `The controller does not allow the host of spec.${field} (${host}). Correct it, or have the controller's operator add the host to ${list}.`,
    );
  }
}

function hostOf(url: string): string {
  const { hostname, port } = new URL(url);
  return port === '' ? hostname : `${hostname}:${port}`;
}
