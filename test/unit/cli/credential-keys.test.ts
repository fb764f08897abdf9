import { expect } from 'chai';
import {
  credentialKeys,
  requiredCredentialKeys,
} from '../../../src/cli/settings/credential-keys.ts';
import { readValues } from '../../../src/cli/settings/values.ts';
import { UsageError } from '../../../src/cli/usage-error.ts';

type Texts = Readonly<Record<string, string>>;

function keys(flags: Texts, environment: Texts = {}) {
  return credentialKeys(readValues(flags, environment, []));
}

const TOKEN = { AUTH0_ACCESS_TOKEN: 'token' };
const CLIENT = { AUTH0_CLIENT_ID: 'id', AUTH0_CLIENT_SECRET: 'secret' };
const PRIVATE_KEY = { AUTH0_CLIENT_ID: 'id', AUTH0_CLIENT_PRIVATE_KEY: 'pem' };

describe('credentials of a command', () => {
  it('takes each kind', () => {
    expect(keys(TOKEN)).to.deep.equal(TOKEN);
    expect(keys(CLIENT)).to.deep.equal(CLIENT);
    expect(keys(PRIVATE_KEY)).to.deep.equal(PRIVATE_KEY);
    expect(keys({})).to.equal(undefined);
  });

  it('completes a pair from different places', () => {
    const flags = { AUTH0_CLIENT_SECRET: 'secret' };
    expect(keys(flags, { AUTH0_CLIENT_ID: 'id' })).to.deep.equal(CLIENT);
  });

  it('lets the kind of the stronger place win', () => {
    expect(keys(TOKEN, CLIENT)).to.deep.equal(TOKEN);
    expect(keys(CLIENT, TOKEN)).to.deep.equal(CLIENT);
    expect(keys({ AUTH0_CLIENT_PRIVATE_KEY: 'pem' }, CLIENT)).to.deep.equal(PRIVATE_KEY);
  });

  const refused: readonly [string, Texts, RegExp][] = [
    [
      'two kinds at once',
      { ...TOKEN, ...CLIENT },
      /^--AUTH0_ACCESS_TOKEN and --AUTH0_CLIENT_ID are two kinds of credentials at once\. Give /,
    ],
    [
      'two proofs at once',
      { ...CLIENT, ...PRIVATE_KEY },
      /^--AUTH0_CLIENT_SECRET and --AUTH0_CLIENT_PRIVATE_KEY are two kinds/,
    ],
    ['an id alone', { AUTH0_CLIENT_ID: 'id' }, /^--AUTH0_CLIENT_SECRET is missing: /],
    ['a secret alone', { AUTH0_CLIENT_SECRET: 'x' }, /^--AUTH0_CLIENT_ID is missing: /],
    ['a private key alone', { AUTH0_CLIENT_PRIVATE_KEY: 'x' }, /^--AUTH0_CLIENT_ID is missing: /],
  ];
  for (const [what, flags, message] of refused) {
    it(`refuses ${what}`, () => {
      expect(() => keys(flags)).to.throw(UsageError, message);
    });
  }

  it('says what to give when there are none', () => {
    expect(() => requiredCredentialKeys(new Map())).to.throw(
      UsageError,
      /^--AUTH0_ACCESS_TOKEN is missing\. Give --AUTH0_ACCESS_TOKEN, or --AUTH0_CLIENT_ID with /,
    );
  });

  it('never repeats a value', () => {
    const flags = { AUTH0_ACCESS_TOKEN: 'hidden-token', AUTH0_CLIENT_SECRET: 'hidden-secret' };
    expect(() => keys(flags))
      .to.throw(UsageError)
      .with.property('message')
      .that.does.not.include('hidden');
  });
});
