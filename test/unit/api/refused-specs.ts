import { connections, specWith, titleOf, type SpecCase } from './spec-with.ts';

export interface RefusedSpec extends SpecCase {
  /** The field that the refusal must name. */
  readonly field: string;
}

function refused(path: string, ...values: readonly unknown[]): RefusedSpec[] {
  return values.map((value) => ({
    title: titleOf(path, value),
    spec: specWith(path, value),
    field: `spec.${path}`,
  }));
}

const BAD_DURATIONS = ['', '30', '30 m', '30d', '1w', '-5m', '+5m', 'PT30M', '1h30', '1,5h', '.5h'];
const OUT_OF_BOUNDS = ['0s', '999ms', '0.999s', '8760h1ms', '9000h', '999999999h999999999h'];
const BAD_HOSTS = [
  '',
  'https://acme.eu.auth0.com',
  'http://acme.eu.auth0.com',
  'acme.eu.auth0.com/',
  'acme.eu.auth0.com/api/v2',
  'acme.eu.auth0.com.',
  '.auth0.com',
  'acme..auth0.com',
  '-acme.auth0.com',
  'acme-.auth0.com',
  'acme_x.auth0.com',
  `${'a'.repeat(64)}.auth0.com`,
  `${'a.'.repeat(130)}auth0.com`,
  'user@acme.eu.auth0.com',
  'user:secret@acme.eu.auth0.com',
  'acme.eu.auth0.com?x=1',
  'acme.eu.auth0.com#x',
  'acme.eu.auth0.com:',
  'acme.eu.auth0.com:0',
  'acme.eu.auth0.com:0443',
  'acme.eu.auth0.com:65536',
  'acme.eu.auth0.com:99999',
  'acme.eu.auth0.com:https',
  ' acme.eu.auth0.com',
  'acme.eu.auth0.com\n',
  '*.auth0.com',
  '[::1]:8443',
  '127.0.0.256',
  '127.1',
  '2130706433',
  'acme.0x7f',
];
const BAD_URLS = [
  '',
  'http://acme.eu.auth0.com/x',
  'acme.eu.auth0.com/x',
  'https://',
  'https:///x',
  'HTTPS://acme.eu.auth0.com/x',
  'https://user@acme.eu.auth0.com/x',
  'https://user:secret@acme.eu.auth0.com/x',
  'https://acme.eu.auth0.com:70000/x',
  'https://acme.eu.auth0.com/x#y',
  'https://acme.eu.auth0.com/x y',
  'https://acme.eu.auth0.com/ü',
  String.raw`https://acme.eu.auth0.com\@evil.example/`,
  `https://acme.eu.auth0.com/${'x'.repeat(2048)}`,
];

export const REFUSED_SPECS: readonly RefusedSpec[] = [
  ...refused('nap', ...BAD_DURATIONS, ...OUT_OF_BOUNDS, 1800, true, ['30m']),
  ...refused('nap', `${'0'.repeat(9)}1s${'0'.repeat(9)}1s${'0'.repeat(9)}1s`),
  ...refused('driftInterval', '0s', '1 hour', '9000h', 3600),
  ...refused('suspend', 'yes', 'true', 1),
  ...refused('mode', '', 'enforce', 'DryRun', true),
  ...refused('auth0', undefined, null, [], 'acme.eu.auth0.com'),
  ...refused('auth0.domain', ...BAD_HOSTS, undefined, null, 7),
  ...refused('auth0.audience', ...BAD_URLS, 7),
  ...refused('auth0.tokenEndpoint', ...BAD_URLS),
  ...refused('institutions.endpoint', ...BAD_URLS),
  ...refused('auth0.credentialsSecretRef', undefined, 'auth0-credentials', {}),
  ...refused(
    'auth0.credentialsSecretRef.name',
    undefined,
    '',
    'Auth0',
    'a_b',
    '-a',
    'a.',
    '../x',
    'other/secret',
    'a'.repeat(254),
  ),
  ...refused('auth0.requestBudget', 0, 101, -1, 50.5, '50', '50%'),
  ...refused('auth0.connections', connections(11), [{ name: 'a' }, { name: 'a' }], {}, 'a'),
  ...refused('auth0.connections', [{}], [{ assignMembershipOnLogin: true }], ['a'], [null]),
  ...refused(
    'auth0.connections',
    [{ name: '' }],
    [{ name: 'a b' }],
    [{ name: '-a' }],
    [{ name: 'a/..' }],
    [{ name: 'a'.repeat(129) }],
    [{ name: 'a', assignMembershipOnLogin: 'no' }],
  ),
  ...refused('institutions', [], 'https://api.timeshighereducation.com'),
  ...refused('institutions.pageSize', 0, -1, 100_001, 1.5, '4000'),
  ...refused('institutions.minimum', 0, -1, 10_000_001, '1'),
  ...refused('organizations.prune', 'no', 0),
  ...refused('organizations.adopt', 'no', 0),
  ...refused(
    'organizations.metadata',
    ['name'],
    ['Country'],
    [''],
    ['web', 'web'],
    [7],
    'web',
    Array.from({ length: 25 }, () => 'web'),
  ),
  ...refused('limits', 5, '5%'),
  ...refused('limits.deletions', -1, 2.5, 2 ** 31, '5', '101%', '-5%', '2.5%', '%', '05%', '5 %'),
  ...refused('limits.deletions', true, ''),
  ...refused('limits.updates', -1, 'all', '1000%', [5]),
  ...refused('deletionPolicy', '', 'delete', 'Orphan'),
];
