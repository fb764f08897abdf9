import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { OPERATOR_SCOPES } from '../../sandbox/auth0/scopes.ts';
import { startConnectProxy } from '../../sandbox/connect-proxy.ts';
import { runCli } from './run-cli.ts';
import { institutionId, openWorld, type World } from './world.ts';

const THREE = [1, 2, 3].map(institutionId);
const USER = 'DOMAIN%5Cuser:p%40ss';
const CREDENTIALS = String.raw`DOMAIN\user:p@ss`;

function hostsOf({ the, tenant }: World): readonly string[] {
  return [tenant.domain, new URL(the.endpoint).host].toSorted();
}

describe('a command in an enterprise', function () {
  this.timeout(60_000);

  for (const [what, variable, address, tls] of [
    ['an HTTP proxy that asks for a password', 'HTTPS_PROXY', 'http://', false],
    ['a proxy in lower case, behind TLS of a private authority', 'https_proxy', 'https://', true],
    ['a proxy without a scheme', 'HTTPS_PROXY', '', false],
  ] as const) {
    it(`goes to Auth0 and THE through ${what}`, async () => {
      await using world = await openWorld();
      await using proxy = await startConnectProxy({ credentials: CREDENTIALS, tls });
      const env = { ...world.environment, [variable]: `${address}${USER}@${proxy.host}` };
      const { code, stdout, stderr } = await runCli(['sync', '--verbose'], { env });
      expect(code, stdout + stderr).to.equal(0);
      expect(world.names()).to.deep.equal(THREE);
      expect([...new Set(proxy.targets)].toSorted()).to.deep.equal(hostsOf(world));
      expect(stdout + stderr).to.not.include('p%40ss');
    });
  }

  it('says that the proxy refuses, without the password', async () => {
    await using world = await openWorld();
    await using proxy = await startConnectProxy({ credentials: CREDENTIALS });
    const env = { ...world.environment, HTTPS_PROXY: `http://u:wrong-password@${proxy.host}` };
    const { code, stdout, stderr } = await runCli(
      ['plan', '--AUTH0_ACCESS_TOKEN', world.tenant.mintToken()],
      { env: { ...env, AUTH0_CLIENT_ID: '', AUTH0_CLIENT_SECRET: '' } },
    );
    expect(code).to.equal(1);
    expect(stdout + stderr).to.match(
      /(No connection to|No complete answer from) .*the network and the proxy settings/,
    );
    expect(stdout + stderr).to.not.include('wrong-password');
    expect(proxy.refused()).to.be.at.least(1);
  });

  for (const address of ['socks5://proxy.example:1080', 'http://user:wrong-password@h:99999']) {
    it(`refuses ${new URL(address.replace(':99999', '')).protocol} proxies that it cannot use in one line`, async () => {
      await using world = await openWorld();
      const env = { ...world.environment, HTTPS_PROXY: address };
      const { code, stderr } = await runCli(['sync'], { env });
      expect(code).to.equal(2);
      expect(stderr).to.match(
        /^institution-sync sync: HTTPS_PROXY must be the address of [^\n]*\n$/,
      );
      expect(stderr).to.not.include('wrong-password');
    });
  }

  it('passes by the proxy for the names of NO_PROXY and below', async () => {
    await using world = await openWorld();
    const env = {
      ...world.environment,
      HTTPS_PROXY: 'http://127.0.0.1:1',
      no_proxy: 'x 127.0.0.1',
    };
    expect(await runCli(['sync'], { env })).to.include({ code: 0 });
    expect(world.names()).to.deep.equal(THREE);
  });

  it('trusts no private authority without NODE_EXTRA_CA_CERTS, and says so', async () => {
    await using world = await openWorld();
    const env = { ...world.environment, NODE_EXTRA_CA_CERTS: '' };
    const { code, stdout, stderr } = await runCli(['sync'], { env });
    expect(code).to.equal(1);
    expect(stdout + stderr).to.match(/certificate.*is not trusted.*NODE_EXTRA_CA_CERTS/);
  });

  for (const type of ['pkcs1', 'pkcs8'] as const) {
    it(`takes a custom domain, and a private key in PKCS#${type.at(-1)}`, async () => {
      await using world = await openWorld();
      const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      world.tenant.addClient({
        clientId: 'by-key',
        publicKey: String(publicKey.export({ type: 'spki', format: 'pem' })),
        scopes: OPERATOR_SCOPES,
      });
      const custom = world.tenant.domain.replace('127.0.0.1', 'localhost');
      const { THE_INSTITUTIONS_ENDPOINT = '' } = world.environment;
      const env = {
        THE_INSTITUTIONS_ENDPOINT,
        AUTH0_DOMAIN: custom,
        AUTH0_AUDIENCE: `https://${custom}/api/v2/`,
        AUTH0_ACCESS_TOKEN_ENDPOINT: `https://${custom}/oauth/token`,
        AUTH0_CLIENT_ID: 'by-key',
        AUTH0_CLIENT_PRIVATE_KEY: String(privateKey.export({ type, format: 'pem' })),
      };
      const { code, stdout, stderr } = await runCli(['sync'], { env });
      expect(code, stdout + stderr).to.equal(0);
      expect(world.names()).to.deep.equal(THREE);
    });
  }
});
