import { connections, MINIMAL_SPEC, specWith, titleOf, type SpecCase } from './spec-with.ts';

function accepted(path: string, ...values: readonly unknown[]): SpecCase[] {
  return values.map((value) => ({ title: titleOf(path, value), spec: specWith(path, value) }));
}

const INSTITUTIONS = 'https://api.timeshighereducation.com/refdata/institutions';

export const ACCEPTED_SPECS: readonly SpecCase[] = [
  { title: 'the minimal spec', spec: MINIMAL_SPEC },
  ...accepted(
    'nap',
    '1s',
    '1000ms',
    '1.5h',
    '1h30m',
    '0h0m1s',
    '30m30m',
    '8760h',
    '0.001h',
    '007s',
  ),
  // A null is a field left out.
  ...accepted('nap', null),
  ...accepted('driftInterval', '1s', '24h', '8760h'),
  ...accepted('suspend', true, false, null),
  ...accepted('mode', 'Plan', 'Enforce'),
  ...accepted(
    'auth0.domain',
    'acme.eu.auth0.com:443',
    'ACME.eu.Auth0.com',
    'acme.eu.auth0.com:65535',
    'localhost:1',
    '127.0.0.1:8443',
    '255.255.255.255',
    'login.acme.example',
    'a.b',
    '7.eleven.example',
    'xn--bcher-kva.example',
    `${'a'.repeat(63)}.auth0.com`,
  ),
  ...accepted(
    'auth0.audience',
    'https://acme.eu.auth0.com/api/v2/',
    'https://login.acme.example:8443',
  ),
  ...accepted('auth0.audience', null),
  ...accepted('auth0.tokenEndpoint', 'https://127.0.0.1:8443/oauth/token', 'https://a/?x=%20&y'),
  ...accepted('auth0.credentialsSecretRef.name', 'a', '0', 'team.auth0', 'a'.repeat(253)),
  ...accepted('auth0.requestBudget', 1, 100),
  ...accepted(
    'auth0.connections',
    [],
    connections(10),
    [{ name: 'Username-Password-Authentication', assignMembershipOnLogin: true }],
    [{ name: 'a', assignMembershipOnLogin: null }],
  ),
  ...accepted('institutions', {}, null, { endpoint: `${INSTITUTIONS}?api=2`, pageSize: null }),
  ...accepted('institutions.pageSize', 1, 100_000),
  ...accepted('institutions.minimum', 13_000, 10_000_000),
  ...accepted('organizations', {}, { prune: false, adopt: false }),
  ...accepted(
    'organizations.metadata',
    [],
    ['web', 'foundation_year'],
    'web latitude longitude currency region country continent address phone foundation_year'.split(
      ' ',
    ),
  ),
  ...accepted('limits', {}, { deletions: 0, updates: 0 }, { deletions: '0%', updates: '100%' }),
  ...accepted('limits.deletions', 2 ** 31 - 1, '9%', '10%', null),
  ...accepted('deletionPolicy', 'Delete', 'Retain'),
];
