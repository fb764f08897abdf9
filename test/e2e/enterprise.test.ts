import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { parseDocument } from 'yaml';
import { caFile } from '../sandbox/certificates.ts';
import { OPERATOR_SCOPES } from '../sandbox/auth0/scopes.ts';
import { startConnectProxy } from '../sandbox/connect-proxy.ts';
import { isReady, startOperator } from './operator.ts';
import { REQUESTED_AT } from './subject.ts';

/** A name that only the proxy knows; the API server's certificate is for localhost. */
const API_SERVER = 'api.cluster.example';

describe('the controller in an enterprise', function () {
  this.timeout(240_000);

  it('goes to Auth0, THE and the API server through a proxy but where NO_PROXY says, with a private key and a custom domain', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    await using proxy = await startConnectProxy({ credentials: 'user:p@ss', tls: true });
    await using operator = await startOperator({
      the: { rows: [{ iid: 'i-00000001', name: 'One' }] },
      values: [
        'extraEnv[0].name=HTTPS_PROXY',
        `extraEnv[0].value=https://user:p%40ss@${proxy.host}`,
        'extraEnv[1].name=NODE_EXTRA_CA_CERTS',
        `extraEnv[1].value=${await caFile()}`,
        String.raw`allowedAuth0Domains=localhost:*\,127.0.0.1:*`,
      ],
    });
    const { auth0, the, plane, namespace } = operator;
    await operator.controller.stop();
    proxy.targets.splice(0);

    const direct = await plane.serviceAccountKubeconfig(namespace, 'institution-sync');
    const kubeconfig = parseDocument(await readFile(direct, 'utf8'));
    const cluster = ['clusters', 0, 'cluster'];
    const server = new URL(String(kubeconfig.getIn([...cluster, 'server'])));
    const { port } = server;
    server.hostname = API_SERVER;
    kubeconfig.setIn([...cluster, 'server'], server.origin);
    kubeconfig.setIn([...cluster, 'tls-server-name'], 'localhost');
    await writeFile(`${direct}-proxied`, kubeconfig.toString());

    auth0.addClient({ clientId: 'by-key', publicKey, scopes: OPERATOR_SCOPES });
    await operator.createSecret('by-key', {
      AUTH0_CLIENT_ID: 'by-key',
      AUTH0_CLIENT_PRIVATE_KEY: privateKey,
    });
    const controller = await operator.startController({ KUBECONFIG: `${direct}-proxied` });
    const custom = auth0.domain.replace('127.0.0.1', 'localhost');
    await operator.apply(
      operator.manifest('one', {
        auth0: {
          domain: custom,
          audience: `https://${custom}/api/v2/`,
          tokenEndpoint: `https://${custom}/oauth/token`,
          credentialsSecretRef: { name: 'by-key' },
        },
      }),
    );
    await operator.until('one', isReady);

    expect(new Set(proxy.targets)).to.deep.equal(
      new Set([`${API_SERVER}:${port}`, custom, new URL(the.endpoint).host]),
    );
    const managed = auth0.organizations().filter(({ metadata }) => metadata?.['institutionId']);
    expect(managed).to.have.length.above(0);
    expect(JSON.stringify(controller.lines)).to.not.match(/p%40ss|PRIVATE KEY/);
    expect(proxy.refused()).to.equal(0);

    await controller.stop();
    proxy.targets.splice(0);
    await operator.annotate('one', `${REQUESTED_AT}=again`);
    await operator.startController({ KUBECONFIG: `${direct}-proxied`, NO_PROXY: 'localhost' });
    await operator.until('one', ({ status }) => status?.lastHandledReconcileAt === 'again');
    const { host } = new URL(the.endpoint);
    expect(new Set(proxy.targets)).to.deep.equal(new Set([`${API_SERVER}:${port}`, host]));
  });
});
