import { expect } from 'chai';
import { Fault } from '../../../src/api/fault.ts';
import { allowList, assertAllowed } from '../../../src/controller/allow-list.ts';

describe('allowList', () => {
  const table: [string[], string, boolean][] = [
    [['*.auth0.com'], 'acme.eu.auth0.com', true],
    [['*.auth0.com'], 'acme.auth0.com:8443', true],
    [['*.auth0.com'], 'ACME.Auth0.com', true],
    [['*.auth0.com'], 'acme.auth0.com.', true],
    [['*.auth0.com'], 'auth0.com', false],
    [['*.auth0.com'], '.auth0.com', true],
    [['*.auth0.com'], 'evil.com', false],
    [['*.auth0.com'], 'acme.auth0.com.evil.com', false],
    [['*.auth0.com'], 'evil-auth0.com', false],
    [['*.auth0.com'], 'evil.com:8443.auth0.com', false],
    [['*.auth0.com'], '127.0.0.1', false],
    [['*'], 'anything.example:9', true],
    [['login.acme.com'], 'login.acme.com', true],
    [['login.acme.com'], 'loginxacme.com', false],
    [['127.0.0.1:*'], '127.0.0.1:8443', true],
    [['127.0.0.1:*'], '127.0.0.2:8443', false],
    [['127.0.0.1:8443'], '127.0.0.1:8444', false],
    [['acme.com:443'], 'acme.com', true],
    [['a.com', 'b.com'], 'b.com', true],
    [[' a.com '], 'a.com', true],
    [[' a.com:8443\t'], 'a.com:8443', true],
    [['A.com.'], 'a.com', true],
    [[], 'a.com', false],
  ];
  for (const [globs, host, expected] of table) {
    it(`${globs.join(',') || 'nothing'} ${expected ? 'allows' : 'refuses'} ${host}`, () => {
      expect(allowList(globs)(host)).to.equal(expected);
    });
  }

  it('refuses an empty entry, which would be a slip', () => {
    expect(() => allowList(['a.com', ' '])).to.throw(RangeError, 'has an empty entry');
  });
});

describe('assertAllowed', () => {
  const lists = {
    auth0Domains: allowList(['*.auth0.com']),
    institutionHosts: allowList(['*.timeshighereducation.com']),
  };
  const good = {
    domain: 'acme.auth0.com',
    tokenEndpoint: 'https://acme.auth0.com/oauth/token',
    institutions: 'https://api.timeshighereducation.com/refdata/institutions',
  };

  it('passes what is allowed', () => {
    expect(() => assertAllowed(good, lists)).not.to.throw();
  });

  it('looks at the port where the list names one', () => {
    const strict = {
      auth0Domains: allowList(['acme.auth0.com:8443']),
      institutionHosts: allowList(['the.example:9443', 'the.example:443']),
    };
    const ported = {
      domain: 'acme.auth0.com:8443',
      tokenEndpoint: 'https://acme.auth0.com:8443/oauth/token',
      institutions: 'https://the.example:9443/institutions',
    };
    expect(() => assertAllowed(ported, strict)).not.to.throw();
    const usual = { ...ported, institutions: 'https://the.example/institutions' };
    expect(() => assertAllowed(usual, strict)).not.to.throw();
    for (const change of [
      { domain: 'acme.auth0.com' },
      { tokenEndpoint: 'https://acme.auth0.com/oauth/token' },
      { tokenEndpoint: 'https://acme.auth0.com:9443/oauth/token' },
      { institutions: 'https://the.example:8443/institutions' },
    ]) {
      expect(() => assertAllowed({ ...ported, ...change }, strict)).to.throw(Fault);
    }
  });

  const bad: [string, Partial<typeof good>][] = [
    ['auth0.domain', { domain: 'evil.example' }],
    ['auth0.tokenEndpoint', { tokenEndpoint: 'https://evil.example/oauth/token' }],
    ['auth0.tokenEndpoint', { tokenEndpoint: 'https://acme.auth0.com.evil.example/t' }],
    ['institutions.endpoint', { institutions: 'https://169.254.169.254/latest' }],
    ['institutions.endpoint', { institutions: 'https://[::1]/x' }],
  ];
  for (const [field, change] of bad) {
    it(`names ${field} for ${Object.values(change).join()}`, () => {
      expect(() => assertAllowed({ ...good, ...change }, lists))
        .to.throw(Fault, new RegExp(`host of spec\\.${field} \\(.*Correct it`))
        .with.property('reason', 'InvalidSpec');
    });
  }
});
