import type { Flag } from './flag.ts';

/** Where the tenant is, and how it is used. */
export const TENANT_FLAGS = [
  {
    name: 'AUTH0_DOMAIN',
    kind: 'text',
    path: 'auth0.domain',
    value: 'host',
    summary: 'the tenant, such as acme.eu.auth0.com',
  },
  {
    name: 'AUTH0_ACCESS_TOKEN',
    kind: 'secret',
    value: 'token',
    summary: 'a token made by hand; or instead:',
  },
  {
    name: 'AUTH0_CLIENT_ID',
    kind: 'text',
    value: 'id',
    summary: 'an application; its tokens renew',
  },
  {
    name: 'AUTH0_CLIENT_SECRET',
    kind: 'secret',
    value: 'secret',
    summary: 'its secret',
  },
  {
    name: 'AUTH0_CLIENT_PRIVATE_KEY',
    kind: 'secret',
    value: 'pem',
    summary: 'its private key (PEM)',
  },
  {
    name: 'AUTH0_AUDIENCE',
    kind: 'text',
    path: 'auth0.audience',
    value: 'url',
    summary: 'API of its tokens (from the domain)',
  },
  {
    name: 'AUTH0_ACCESS_TOKEN_ENDPOINT',
    kind: 'text',
    path: 'auth0.tokenEndpoint',
    value: 'url',
    summary: 'where they are got (from the domain)',
  },
  {
    name: 'REQUEST_BUDGET',
    kind: 'number',
    path: 'auth0.requestBudget',
    value: 'percent',
    summary: 'share of the rate limits to use',
    fallback: '100',
  },
] as const satisfies readonly Flag[];
