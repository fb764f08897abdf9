import type { Flag } from './flag.ts';

const BOOLEANS = ['true', 'false'] as const;

/** What the organizations are to be. */
export const CONTENT_FLAGS = [
  {
    name: 'CONNECTION_NAME',
    kind: 'list',
    path: 'auth0.connections',
    value: 'name,…',
    summary: 'connections for every organization',
  },
  {
    name: 'ASSIGN_MEMBERSHIP_ON_LOGIN',
    kind: 'list',
    value: 'name,…',
    summary: 'of these, those that make members',
  },
  {
    name: 'THE_INSTITUTIONS_ENDPOINT',
    kind: 'text',
    path: 'institutions.endpoint',
    value: 'url',
    summary: "THE's list of institutions",
    fallback: 'https://api.timeshighereducation.com/refdata/institutions',
  },
  {
    name: 'THE_INSTITUTIONS_ENDPOINT_LIMIT',
    kind: 'number',
    path: 'institutions.pageSize',
    value: 'rows',
    summary: 'institutions in one request',
    fallback: '4000',
  },
  {
    name: 'MINIMUM',
    kind: 'number',
    path: 'institutions.minimum',
    value: 'rows',
    summary: 'fewer institutions are a fault',
    fallback: '1',
  },
  {
    name: 'ADOPT',
    kind: 'boolean',
    path: 'organizations.adopt',
    value: 'true|false',
    summary: 'take over unmarked namesakes',
    choices: BOOLEANS,
    fallback: 'true',
  },
  {
    name: 'METADATA',
    kind: 'list',
    path: 'organizations.metadata',
    value: 'field,…',
    summary: "THE's fields to keep in metadata",
    choices: [
      'web',
      'latitude',
      'longitude',
      'currency',
      'region',
      'country',
      'continent',
      'address',
      'phone',
      'foundation_year',
    ],
  },
  {
    name: 'UPDATE_LIMIT',
    kind: 'limit',
    path: 'limits.updates',
    value: 'n|n%',
    summary: 'more updates wait for --APPROVE',
    fallback: '100%',
  },
] as const satisfies readonly Flag[];

/** What becomes of organizations whose institution is gone. */
export const PRUNE_FLAGS = [
  {
    name: 'PRUNE',
    kind: 'boolean',
    path: 'organizations.prune',
    value: 'true|false',
    summary: 'remove what THE lists no more',
    choices: BOOLEANS,
    fallback: 'true',
  },
  {
    name: 'DELETION_LIMIT',
    kind: 'limit',
    path: 'limits.deletions',
    value: 'n|n%',
    summary: 'more removals wait for --APPROVE',
    fallback: '5%',
  },
] as const satisfies readonly Flag[];
