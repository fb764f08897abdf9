import { expect } from 'chai';
import { z } from 'zod';
import { InstitutionSyncSpec, METADATA_FIELDS } from '../../../src/api/spec.ts';
import { flagNamed, FLAGS } from '../../../src/cli/settings/flags.ts';
import { readText } from '../../../src/cli/settings/read-text.ts';
import { specFromValues } from '../../../src/cli/settings/spec-from-values.ts';
import { readValues, type GivenFlags } from '../../../src/cli/settings/values.ts';
import { UsageError } from '../../../src/cli/usage-error.ts';

const DOMAIN = { AUTH0_DOMAIN: 'acme.eu.auth0.com' };

function spec(flags: GivenFlags) {
  return specFromValues(readValues({ ...DOMAIN, ...flags }, {}, []));
}

function valueAt(tree: object, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((branch, key) => new Map(Object.entries(branch ?? {})).get(key), tree);
}

/** Fields that mean nothing without a cluster. */
const ONLY_IN_A_CLUSTER = ['suspend', 'deletionPolicy', 'auth0.credentialsSecretRef'];

describe('settings as flags', () => {
  it('has a flag for each field of the resource that means something without a cluster', () => {
    const { shape } = InstitutionSyncSpec.out;
    const paths = Object.entries(shape).flatMap(([name, field]) => {
      const inner = field instanceof z.ZodPrefault ? field.unwrap() : field;
      return inner instanceof z.ZodObject
        ? Object.keys(inner.shape).map((key) => `${name}.${key}`)
        : [name];
    });
    const ofFlags = FLAGS.flatMap(({ path }) => path ?? []);
    expect([...ofFlags, ...ONLY_IN_A_CLUSTER]).to.have.members(paths);
  });

  it("shows the resource's own defaults", () => {
    const defaults = spec({});
    for (const { name, path, fallback } of FLAGS) {
      if (fallback === undefined || path === undefined) continue;
      expect(String(valueAt(defaults, path)), name).to.equal(fallback);
    }
    expect(flagNamed('METADATA').choices).to.deep.equal([...METADATA_FIELDS]);
  });

  const read: readonly [GivenFlags, path: string, expected: unknown][] = [
    [{ AUTH0_DOMAIN: 'localhost:8443' }, 'auth0.domain', 'localhost:8443'],
    [{ AUTH0_AUDIENCE: 'https://a.b/api/v2/' }, 'auth0.audience', 'https://a.b/api/v2/'],
    [
      { AUTH0_ACCESS_TOKEN_ENDPOINT: 'https://a.b/oauth/token' },
      'auth0.tokenEndpoint',
      'https://a.b/oauth/token',
    ],
    [{ REQUEST_BUDGET: '50' }, 'auth0.requestBudget', 50],
    [{ NAP: '1800000' }, 'nap', '1800s'],
    [{ NAP: '1500' }, 'nap', '1.5s'],
    [{ NAP: '30m' }, 'nap', '30m'],
    [{ NAP: '31536000000' }, 'nap', '31536000s'],
    [{ DRIFT_INTERVAL: '3600000' }, 'driftInterval', '3600s'],
    [{ THE_INSTITUTIONS_ENDPOINT: 'https://a.b/c' }, 'institutions.endpoint', 'https://a.b/c'],
    [{ THE_INSTITUTIONS_ENDPOINT_LIMIT: '100' }, 'institutions.pageSize', 100],
    [{ MINIMUM: '13000' }, 'institutions.minimum', 13_000],
    [{ PRUNE: 'false' }, 'organizations.prune', false],
    [{ PRUNE: true }, 'organizations.prune', true],
    [{ ADOPT: 'FALSE' }, 'organizations.adopt', false],
    [
      { METADATA: ['web, country', 'phone'] },
      'organizations.metadata',
      ['web', 'country', 'phone'],
    ],
    [{ DELETION_LIMIT: '500' }, 'limits.deletions', 500],
    [{ DELETION_LIMIT: '10%' }, 'limits.deletions', '10%'],
    [{ UPDATE_LIMIT: '0' }, 'limits.updates', 0],
    [{ MODE: 'Plan' }, 'mode', 'Plan'],
    [
      { CONNECTION_NAME: ['a', 'b,c'], ASSIGN_MEMBERSHIP_ON_LOGIN: ['b'] },
      'auth0.connections',
      [
        { name: 'a', assignMembershipOnLogin: false },
        { name: 'b', assignMembershipOnLogin: true },
        { name: 'c', assignMembershipOnLogin: false },
      ],
    ],
  ];
  for (const [flags, path, expected] of read) {
    it(`reads ${JSON.stringify(flags)}`, () => {
      expect(valueAt(spec(flags), path)).to.deep.equal(expected);
    });
  }

  const refused: readonly [GivenFlags, message: RegExp][] = [
    [{ AUTH0_DOMAIN: 'https://acme.eu.auth0.com/' }, /^--AUTH0_DOMAIN must be a host such as /],
    [{ AUTH0_AUDIENCE: 'http://a.b/' }, /^--AUTH0_AUDIENCE must be an https:\/\/ URL/],
    [{ REQUEST_BUDGET: '101' }, /^--REQUEST_BUDGET: .*100/],
    [{ REQUEST_BUDGET: '1.5' }, /^--REQUEST_BUDGET must be a whole number/],
    [{ NAP: '999' }, /^--NAP must be milliseconds such as 1800000, or a duration such as 30m/],
    [{ NAP: '-1' }, /^--NAP must be milliseconds/],
    [{ NAP: '31536000001' }, /^--NAP must be milliseconds/],
    [{ NAP: 'soon' }, /^--NAP must be milliseconds/],
    [{ PRUNE: 'maybe' }, /^--PRUNE must be true or false/],
    [{ DELETION_LIMIT: '5x' }, /^--DELETION_LIMIT must be a whole number such as 500, or a perc/],
    [{ METADATA: ['web', 'shoes'] }, /^--METADATA: /],
    [{ METADATA: ['web', 'web'] }, /^--METADATA must not name a field twice/],
    [{ MODE: 'plan' }, /^--MODE: /],
    [{ CONNECTION_NAME: ['a b'] }, /^--CONNECTION_NAME must be the name of a connection/],
    [{ CONNECTION_NAME: ['a', 'a'] }, /^--CONNECTION_NAME must not name a connection twice/],
    [
      { ASSIGN_MEMBERSHIP_ON_LOGIN: ['a'] },
      /^--ASSIGN_MEMBERSHIP_ON_LOGIN names a connection that --CONNECTION_NAME does not/,
    ],
    [
      { CONNECTION_NAME: Array.from({ length: 11 }, (_, index) => `c${index}`) },
      /^--CONNECTION_NAME: .*10/,
    ],
  ];
  for (const [flags, message] of refused) {
    it(`refuses ${JSON.stringify(flags).slice(0, 60)}`, () => {
      expect(() => spec(flags)).to.throw(UsageError, message);
    });
  }

  it('asks for the domain', () => {
    expect(() => specFromValues(new Map())).to.throw(UsageError, /^--AUTH0_DOMAIN is missing: /);
  });

  it('names the place of a variable, and all that is wrong in one line', () => {
    const values = readValues({ ...DOMAIN, NAP: '5' }, { MINIMUM: '0' }, []);
    expect(() => specFromValues(values)).to.throw(
      UsageError,
      /^--NAP must be [^\n]*; MINIMUM \(environment\): [^\n]*$/,
    );
  });

  it('repeats no value', () => {
    for (const flag of FLAGS.filter(({ kind }) => kind !== 'secret')) {
      const text = 'eyJhbGciOi.a-token-in-the-wrong-place';
      const read = readText(flag, text);
      if ('problem' in read) expect(read.problem).not.to.include('token');
      try {
        spec({ [flag.name]: text });
      } catch (error) {
        expect(String(error), flag.name).not.to.include('wrong-place');
      }
    }
  });
});
