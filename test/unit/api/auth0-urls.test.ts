import { expect } from 'chai';
import { auth0Urls } from '../../../src/api/auth0-settings.ts';
import { parseSpec } from '../../../src/api/institution-sync.ts';
import { ACCEPTED_SPECS } from './accepted-specs.ts';
import { MINIMAL_SPEC } from './spec-with.ts';

const urlsFor = (auth0: Record<string, unknown>) =>
  auth0Urls(parseSpec({ auth0: { ...MINIMAL_SPEC.auth0, ...auth0 } }));

describe('auth0Urls', () => {
  it('derives all from the domain', () => {
    expect(urlsFor({})).to.deep.equal({
      host: 'acme.eu.auth0.com',
      managementApi: 'https://acme.eu.auth0.com/api/v2',
      audience: 'https://acme.eu.auth0.com/api/v2/',
      tokenEndpoint: 'https://acme.eu.auth0.com/oauth/token',
    });
  });

  it('prefers what is set', () => {
    const audience = 'https://tenant.eu.auth0.com/api/v2/';
    const tokenEndpoint = 'https://login.acme.example/oauth/token';
    const urls = urlsFor({ domain: 'login.acme.example', audience, tokenEndpoint });
    expect(urls.managementApi).to.equal('https://login.acme.example/api/v2');
    expect(urls).to.include({ audience, tokenEndpoint });
  });

  it('knows a tenant by its host, however it is spelled', () => {
    expect(urlsFor({ domain: 'Acme.EU.auth0.com' }).managementApi).to.equal(
      'https://acme.eu.auth0.com/api/v2',
    );
    expect(urlsFor({ domain: 'a.auth0.com:443' }).host).to.equal('a.auth0.com');
    expect(urlsFor({ domain: 'a.auth0.com:8443' }).host).to.equal('a.auth0.com:8443');
    expect(urlsFor({ domain: '127.0.0.1:4430' }).host).to.equal('127.0.0.1:4430');
  });

  it('gives URLs whose host is exactly the one that was written', () => {
    for (const { spec } of ACCEPTED_SPECS) {
      const { host, managementApi, audience, tokenEndpoint } = auth0Urls(parseSpec(spec));
      expect(new URL(managementApi).host).to.equal(host);
      for (const url of [audience, tokenEndpoint]) {
        const written = /^https:\/\/([^/?]+)/.exec(url)?.[1];
        expect(new URL(url).host).to.equal(written?.replace(/:443$/, ''));
      }
    }
  });
});
