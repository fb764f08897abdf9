import { expect } from 'chai';
import {
  isInNoProxyNetwork,
  proxySettings,
  ProxySettingsError,
} from '../../../src/kubernetes/proxy-settings.ts';

describe('the proxy settings of the environment', () => {
  it('are as Node takes them', () => {
    expect(proxySettings({})).to.deep.equal({});
    expect(proxySettings({ HTTPS_PROXY: 'http://user:pass@proxy.example:3128' })).to.deep.equal({
      HTTPS_PROXY: 'http://user:pass@proxy.example:3128/',
    });
  });

  it('may be in lower case, which wins', () => {
    const variables = { HTTPS_PROXY: 'http://a.example', https_proxy: 'http://b.example' };
    expect(proxySettings({ ...variables, no_proxy: '10.0.0.1', NO_PROXY: 'x' })).to.deep.equal({
      HTTPS_PROXY: 'http://b.example/',
      NO_PROXY: '10.0.0.1',
    });
  });

  it('may leave out the scheme of an HTTP proxy', () => {
    const { HTTPS_PROXY } = proxySettings({ HTTPS_PROXY: 'proxy.example:3128' });
    expect(HTTPS_PROXY).to.equal('http://proxy.example:3128/');
    expect(proxySettings({ HTTPS_PROXY: '10.0.0.1:3128' }).HTTPS_PROXY).to.equal(
      'http://10.0.0.1:3128/',
    );
  });

  it('let a name of NO_PROXY stand for its subdomains, and for no other name that ends so', () => {
    const { NO_PROXY } = proxySettings({ NO_PROXY: '.svc, Example.com *.local 10.0.0.1' });
    expect(NO_PROXY).to.equal('svc,*.svc,example.com,*.example.com,local,*.local,10.0.0.1');
  });

  for (const HTTPS_PROXY of [
    'socks5://proxy.example:1080',
    'http://',
    'http://user:secret@proxy.example:99999',
    'http://user:100%secret@proxy.example',
    'http://proxy.example\r\nsecret: y',
  ]) {
    it(`cannot be ${JSON.stringify(HTTPS_PROXY)}, and do not show it`, () => {
      expect(() => proxySettings({ HTTPS_PROXY }))
        .to.throw(ProxySettingsError, /^HTTPS_PROXY must be the address of an HTTP/)
        .with.property('message')
        .that.does.not.contain('secret');
    });
  }

  it('know the networks of NO_PROXY', () => {
    const NO_PROXY = 'example.com,10.0.0.0/8,fd00::/8,10.0.0.0/99,nonsense/8';
    expect(isInNoProxyNetwork('10.96.0.1', { NO_PROXY })).to.equal(true);
    expect(isInNoProxyNetwork('11.0.0.1', { NO_PROXY })).to.equal(false);
    expect(isInNoProxyNetwork('fd12::1', { NO_PROXY })).to.equal(true);
    expect(isInNoProxyNetwork('api.example', { NO_PROXY })).to.equal(false);
  });
});
