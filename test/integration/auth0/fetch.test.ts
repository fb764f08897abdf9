import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import tls from 'node:tls';
import { expect } from 'chai';
import { generate } from 'selfsigned';
import { openFetch } from '../../../src/auth0/fetch.ts';
import { certificates, trustSandboxes } from '../../sandbox/certificates.ts';
import { clientOf, listNames, never, rejection, sandboxed } from './open.ts';
import { json, startScriptedServer } from './scripted-server.ts';

const VARIABLES = [
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
  'https_proxy',
  'http_proxy',
  'no_proxy',
];

/** Runs `work` with these variables of the environment, and no other proxy settings. */
async function withEnvironment<T>(
  variables: Readonly<Record<string, string>>,
  work: () => Promise<T>,
): Promise<T> {
  const before = VARIABLES.map((name) => [name, process.env[name]] as const);
  for (const name of VARIABLES) delete process.env[name];
  Object.assign(process.env, variables);
  try {
    return await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A proxy on loopback that tunnels (CONNECT), or refuses with `status`. */
async function startProxy(status = 200) {
  const asked: { readonly target: string; readonly authorization: string | undefined }[] = [];
  const sockets = new Set<Socket>();
  const server = createServer();
  server.on('connect', (request, socket: Socket) => {
    const target = request.url ?? '';
    asked.push({ target, authorization: request.headers['proxy-authorization'] });
    sockets.add(socket);
    socket.on('error', () => {});
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      return;
    }
    const [host = '', port] = target.split(':');
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.destroy());
    sockets.add(onward);
  });
  const port = await portOf(server);
  return {
    port,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('auth0: fetch', () => {
  before(trustSandboxes);

  it('goes through HTTPS_PROXY, whose password goes to the proxy alone', async () => {
    await using proxy = await startProxy();
    await using t = await sandboxed();
    const variables = { HTTPS_PROXY: `http://user:pass@127.0.0.1:${proxy.port}` };
    await withEnvironment(variables, async () => {
      const { tenant } = await clientOf(t.auth0.domain, { fetch: openFetch() });
      expect(await listNames(tenant)).to.deep.equal([]);
    });
    const authorization = `Basic ${Buffer.from('user:pass').toString('base64')}`;
    expect(proxy.asked).to.have.length.within(1, 2);
    for (const asked of proxy.asked) {
      expect(asked).to.deep.equal({ target: t.auth0.domain, authorization });
    }
  });

  it('checks the certificate behind the proxy', async () => {
    await using proxy = await startProxy();
    await using t = await sandboxed();
    const [, port] = t.auth0.domain.split(':');
    const variables = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    await withEnvironment(variables, async () => {
      const named = await clientOf(`localhost:${port}`, { fetch: openFetch() });
      expect(await listNames(named.tenant)).to.deep.equal([]);
      // The certificate is for 127.0.0.1 and localhost.
      const { tenant } = await clientOf(`127.0.0.2:${port}`, { fetch: openFetch() });
      expect(await rejection(tenant.requireScopes([], never))).to.include({
        reason: 'TargetUnavailable',
      });
    });
  });

  it('passes by the proxy for the hosts of NO_PROXY', async () => {
    await using t = await sandboxed();
    const variables = { HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: 'example.com,127.0.0.1' };
    await withEnvironment(variables, async () => {
      const { tenant } = await clientOf(t.auth0.domain, { fetch: openFetch() });
      expect(await listNames(tenant)).to.deep.equal([]);
    });
  });

  it('takes a proxy that refuses for an unreachable tenant', async () => {
    await using proxy = await startProxy(407);
    const variables = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    await withEnvironment(variables, async () => {
      const { tenant } = await clientOf('acme.auth0.test', { fetch: openFetch() });
      const failure = await rejection(tenant.requireScopes([], never));
      expect(failure).to.include({ reason: 'TargetUnavailable' });
      expect(failure).to.have.property('message').that.contains('proxy settings');
    });
    expect(proxy.asked).to.have.length(7);
  });

  for (const proxied of [false, true]) {
    it(`takes no TLS older than 1.2${proxied ? ', behind a proxy neither' : ''}`, async () => {
      const defaults = {
        DEFAULT_MIN_VERSION: tls.DEFAULT_MIN_VERSION,
        DEFAULT_CIPHERS: tls.DEFAULT_CIPHERS,
      };
      // As a careless NODE_OPTIONS would have it.
      Object.assign(tls, { DEFAULT_MIN_VERSION: 'TLSv1', DEFAULT_CIPHERS: 'ALL@SECLEVEL=0' });
      const { cert, key } = await certificates();
      const server = createTlsServer({ cert, key, maxVersion: 'TLSv1.1' }, (_request, response) => {
        json(response, { access_token: 'a.b.c', organizations: [] });
      });
      server.on('tlsClientError', () => {});
      const port = await portOf(server);
      await using proxy = await startProxy();
      const variables = proxied ? { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` } : {};
      try {
        await withEnvironment({ ...variables }, async () => {
          const { tenant } = await clientOf(`127.0.0.1:${port}`, { fetch: openFetch() });
          const failure = await rejection(tenant.requireScopes([], never));
          expect(failure).to.have.property('message').that.contains('PROTOCOL_VERSION');
        });
      } finally {
        Object.assign(tls, defaults);
        server.close();
      }
    });
  }

  it('does not trust a certificate of an unknown authority', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
      keyType: 'ec',
    });
    const server = createTlsServer({ cert, key }, (_request, response) => response.end());
    server.on('tlsClientError', () => {});
    const { tenant } = await clientOf(`localhost:${await portOf(server)}`);
    const failure = await rejection(tenant.requireScopes([], never));
    expect(failure).to.have.property('message').that.contains('DEPTH_ZERO_SELF_SIGNED_CERT');
    server.close();
  });

  it('is one for the whole process, and keeps its connections', async () => {
    const ports = new Set<number | undefined>();
    await using server = await startScriptedServer((_seen, response) => {
      ports.add(response.socket?.remotePort);
      json(response, { organizations: [] });
    });
    const [one, other] = [await clientOf(server.host), await clientOf(server.host)];
    for (let i = 0; i < 15; i++) {
      await listNames(one.tenant);
      await listNames(other.tenant);
    }
    expect(ports.size).to.be.within(1, 3);
  });
});
