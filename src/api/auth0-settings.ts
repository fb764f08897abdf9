import { z } from 'zod';
import { domainSchema, httpsUrlSchema } from './address.ts';
import { matching } from './rules.ts';
import type { Immutable } from './immutable.ts';

const SECRET_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const CONNECTION_NAME = /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/;

/** Auth0 enables at most 10 connections for an organization. */
const MAX_CONNECTIONS = 10;

const Connection = z.object({
  name: matching(
    CONNECTION_NAME,
    128,
    'must be the name of a connection: letters, digits, "-", "_" and ".", with a letter or digit at both ends',
  ).describe('Name of the connection in the tenant.'),
  assignMembershipOnLogin: z
    .boolean()
    .default(false)
    .describe('Whether a user who logs in through this connection becomes a member.'),
});

function haveDistinctNames(connections: readonly { readonly name: string }[]): boolean {
  return new Set(connections.map(({ name }) => name)).size === connections.length;
}

export const Auth0Settings = z.object({
  domain: domainSchema({
    rule: 'self == oldSelf',
    message:
      'cannot be changed, because the organizations of the old tenant would be left behind: make a new InstitutionSync for the other tenant',
  }).describe(
    'The tenant: a host such as acme.eu.auth0.com, or host:port. It cannot be changed later, and it must be among the domains that the controller allows (its flag --allowed-auth0-domains).',
  ),
  audience: httpsUrlSchema()
    .optional()
    .describe(
      "Identifier of the tenant's Management API, for which tokens are requested. Default: https://DOMAIN/api/v2/.",
    ),
  tokenEndpoint: httpsUrlSchema()
    .optional()
    .describe(
      'Where tokens are requested. Default: https://DOMAIN/oauth/token. With a custom domain, set domain, audience and tokenEndpoint to that same domain.',
    ),
  credentialsSecretRef: z
    .object({
      name: matching(
        SECRET_NAME,
        253,
        'must be the name of a Secret: letters in lower case, digits, "-" and "."',
      ).describe('Name of the Secret.'),
    })
    .describe(
      'The Secret with the credentials, in the namespace of this object. Its keys: AUTH0_CLIENT_ID with AUTH0_CLIENT_SECRET, or AUTH0_CLIENT_ID with AUTH0_CLIENT_PRIVATE_KEY (PEM), or AUTH0_ACCESS_TOKEN. A change of the Secret starts a sync.',
    )
    .meta({ 'x-kubernetes-map-type': 'atomic' }),
  requestBudget: z
    .int()
    .min(1)
    .max(100)
    .default(100)
    .describe(
      "Percent of the tenant's rate limits that this operator may use. Lower it to leave more to other clients of the tenant.",
    ),
  connections: z
    .array(Connection)
    .max(MAX_CONNECTIONS)
    .refine(haveDistinctNames, 'must not name a connection twice')
    .default([])
    .describe(
      'Connections of the tenant that are enabled for every organization. Connections that were enabled by other means stay enabled.',
    )
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }),
});
export type Auth0Settings = Immutable<z.output<typeof Auth0Settings>>;

/** One spelling of a tenant's domain: two objects with the same work on the same organizations. */
export function tenantHost(domain: string): string {
  return domain.toLowerCase().replace(/:443$/, '');
}

export interface Auth0Urls {
  /** The tenant's host, or host:port, in its one spelling. */
  readonly host: string;
  /** Base of the Management API, without a slash at its end. */
  readonly managementApi: string;
  readonly audience: string;
  readonly tokenEndpoint: string;
}

/** The addresses of the tenant: those that are set, and the others from the domain. */
export function auth0Urls(spec: { readonly auth0: Auth0Settings }): Auth0Urls {
  const { domain, audience, tokenEndpoint } = spec.auth0;
  const host = tenantHost(domain);
  return {
    host,
    managementApi: `https://${host}/api/v2`,
    audience: audience ?? `https://${host}/api/v2/`,
    tokenEndpoint: tokenEndpoint ?? `https://${host}/oauth/token`,
  };
}
