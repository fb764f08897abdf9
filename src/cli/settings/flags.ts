/** How the text of a flag is read. */
export type FlagKind =
  | 'text'
  /** Never shown, logged or repeated in a message. */
  | 'secret'
  | 'number'
  | 'boolean'
  /** Separated by commas, or given several times. */
  | 'list'
  /** A number or a percentage. */
  | 'limit'
  /** Milliseconds as a whole number, or a duration such as 30m. */
  | 'time';

/** A setting that is a flag and an environment variable of the same name. */
export interface Flag {
  readonly name: string;
  readonly kind: FlagKind;
  /** Field of an InstitutionSync's spec that it sets. */
  readonly path?: string;
  /** What stands for the value in the help. */
  readonly value: string;
  readonly summary: string;
  /** Values to offer in a shell. */
  readonly choices?: readonly string[];
  /** What holds without it, as the resource's schema has it. */
  readonly fallback?: string;
}

const BOOLEANS = ['true', 'false'] as const;

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

/** When, and how far. */
export const ROUND_FLAGS = [
  {
    name: 'NAP',
    kind: 'time',
    path: 'nap',
    value: 'ms',
    summary: 'repeat for ever, with this pause',
  },
  {
    name: 'MODE',
    kind: 'text',
    path: 'mode',
    value: 'word',
    summary: 'Enforce, or Plan: write nothing',
    choices: ['Enforce', 'Plan'],
    fallback: 'Enforce',
  },
  {
    name: 'DRIFT_INTERVAL',
    kind: 'time',
    path: 'driftInterval',
    value: 'ms',
    summary: 'the longest between full readings',
    fallback: '1h',
  },
  {
    name: 'APPROVE',
    kind: 'text',
    value: 'planHash',
    summary: 'release held changes of this hash',
  },
] as const satisfies readonly Flag[];

export const FLAGS: readonly Flag[] = [
  ...TENANT_FLAGS,
  ...CONTENT_FLAGS,
  ...PRUNE_FLAGS,
  ...ROUND_FLAGS,
];

/** The flag of this name; throws for a name that is none, which is a mistake in this program. */
export function flagNamed(name: string): Flag {
  const flag = FLAGS.find((each) => each.name === name);
  if (flag === undefined) throw new Error(`There is no flag --${name}`);
  return flag;
}
