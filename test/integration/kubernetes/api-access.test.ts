import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { User } from '@kubernetes/client-node';
import { expect } from 'chai';
import { generate } from 'selfsigned';
import { openApiAccess, type ApiAccess } from '../../../src/kubernetes/api-access.ts';
import { LeaseLost } from '../../../src/kubernetes/held-lease.ts';
import { KubernetesError } from '../../../src/kubernetes/kubernetes-error.ts';
import { systemClock } from '../../../src/time/clock.ts';
import { createManualClock } from '../../unit/kubernetes/manual-clock.ts';
import { listenOnLoopback, startScriptedServer, type ScriptedServer } from './scripted-server.ts';

const SECRETS = { group: '', version: 'v1', plural: 'secrets' };
const WIDGETS = { group: 'example.com', version: 'v1', plural: 'widgets' };
const { signal } = new AbortController();

const secret = {
  kind: 'Secret',
  metadata: { name: 'a', namespace: 'n', uid: 'u', resourceVersion: '7' },
};

describe('openApiAccess', () => {
  let server: ScriptedServer;
  const opened: ApiAccess[] = [];

  function open(
    options: Partial<Parameters<typeof openApiAccess>[0]> = {},
    user?: Partial<User>,
    basePath?: string,
  ): ApiAccess {
    const access = openApiAccess({
      kubeConfig: server.kubeConfig(user, basePath),
      clock: systemClock,
      userAgent: 'institution-sync/test',
      ...options,
    });
    opened.push(access);
    return access;
  }

  async function failure(promise: Promise<unknown>): Promise<KubernetesError> {
    const error = await promise.then(
      () => undefined,
      (error: unknown) => error,
    );
    if (error instanceof KubernetesError) return error;
    throw new Error('no KubernetesError', { cause: error });
  }

  before(async () => {
    server = await startScriptedServer();
  });
  afterEach(async () => {
    for (const access of opened.splice(0)) await access.close();
  });
  after(() => server.stop());

  it('reads an object', async () => {
    const answer = open().get({ resource: SECRETS, namespace: 'n', name: 'a' }, signal);
    const request = await server.next();
    expect(request).to.include({ method: 'GET', body: '' });
    expect(request.url.pathname).to.equal('/api/v1/namespaces/n/secrets/a');
    expect(request.headers).to.include({
      authorization: 'Bearer token-1',
      accept: 'application/json',
      'user-agent': 'institution-sync/test',
    });
    request.json(200, secret);
    expect(await answer).to.deep.equal(secret);
  });

  it('tells a missing object from a resource that the server does not know', async () => {
    const access = open();
    const at = { resource: WIDGETS, namespace: 'n', name: 'a' };
    const missing = access.get(at, signal);
    (await server.next()).refuse(404, 'NotFound', { name: 'a' });
    expect(await missing).to.equal(undefined);
    const unknown = failure(access.get(at, signal));
    (await server.next()).text(404, '404 page not found\n');
    expect(await unknown).to.include({ reason: 'UnknownResource', statusCode: 404 });
  });

  it('lists a page, with selectors and where the next one begins', async () => {
    const selection = {
      resource: WIDGETS,
      labelSelector: 'a=b,c in (d)',
      fieldSelector: 'metadata.name=x',
    };
    const answer = open().list({ ...selection, limit: 2, next: 'token/+=' }, signal);
    const request = await server.next();
    expect(request.url.pathname).to.equal('/apis/example.com/v1/widgets');
    expect(Object.fromEntries(request.url.searchParams)).to.deep.equal({
      labelSelector: 'a=b,c in (d)',
      fieldSelector: 'metadata.name=x',
      limit: '2',
      continue: 'token/+=',
    });
    request.json(200, { metadata: { resourceVersion: '9', continue: 'more' }, items: [secret] });
    expect(await answer).to.deep.equal({ items: [secret], resourceVersion: '9', next: 'more' });
  });

  it('understands an empty last page', async () => {
    const answer = open().list({ resource: WIDGETS }, signal);
    const request = await server.next();
    expect(request.url.search).to.equal('');
    request.json(200, { metadata: { resourceVersion: '9', continue: '' }, items: null });
    expect(await answer).to.deep.equal({ items: [], resourceVersion: '9', next: undefined });
  });

  it('asks for metadata alone, and accepts nothing else', async () => {
    const access = open();
    const selection = { resource: SECRETS, namespace: 'n', metadataOnly: true };
    const listed = access.list(selection, signal);
    const list = await server.next();
    list.json(200, { metadata: { resourceVersion: '9' }, items: [] });
    await listed;
    const watched = access.watch({ ...selection, resourceVersion: '9', timeoutSeconds: 5 }, signal);
    const watch = await server.next();
    watch.stream().end();
    expect(await Array.fromAsync(await watched)).to.deep.equal([]);
    expect(list.headers.accept).to.equal(
      'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
    );
    expect(watch.headers.accept).to.equal(
      'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
    );
    expect(Object.fromEntries(watch.url.searchParams)).to.deep.equal({
      watch: '1',
      allowWatchBookmarks: 'true',
      resourceVersion: '9',
      timeoutSeconds: '5',
    });
  });

  it('creates and replaces', async () => {
    const access = open();
    const created = access.create(
      { resource: SECRETS, namespace: 'n' },
      { kind: 'Secret' },
      signal,
    );
    const post = await server.next();
    expect([post.method, post.url.pathname, post.body, post.headers['content-type']]).to.deep.equal(
      ['POST', '/api/v1/namespaces/n/secrets', '{"kind":"Secret"}', 'application/json'],
    );
    post.json(201, secret);
    expect(await created).to.deep.equal(secret);
    const at = { resource: SECRETS, namespace: 'n', name: 'a' };
    const replaced = access.replace(at, secret, signal);
    const put = await server.next();
    expect([put.method, put.url.pathname, put.body]).to.deep.equal([
      'PUT',
      '/api/v1/namespaces/n/secrets/a',
      JSON.stringify(secret),
    ]);
    put.json(200, secret);
    expect(await replaced).to.deep.equal(secret);
  });

  it('patches by merge and by server-side apply, the status too', async () => {
    const access = open();
    const at = { resource: WIDGETS, namespace: 'n', name: 'a', subresource: 'status' } as const;
    const merged = access.patch(
      at,
      { type: 'merge', body: { status: { a: null } }, fieldManager: 'm' },
      signal,
    );
    const merge = await server.next();
    expect(merge.method).to.equal('PATCH');
    expect(merge.url.pathname).to.equal('/apis/example.com/v1/namespaces/n/widgets/a/status');
    expect(merge.url.search).to.equal('?fieldManager=m');
    expect(merge.headers['content-type']).to.equal('application/merge-patch+json');
    expect(merge.body).to.equal('{"status":{"a":null}}');
    merge.json(200, secret);
    await merged;
    const applied = access.patch(
      at,
      { type: 'apply', body: {}, fieldManager: 'm', force: true },
      signal,
    );
    const apply = await server.next();
    expect(apply.url.search).to.equal('?fieldManager=m&force=true');
    expect(apply.headers['content-type']).to.equal('application/apply-patch+yaml');
    apply.json(200, secret);
    await applied;
  });

  it('deletes one object by its uid, and does not mind that it is gone', async () => {
    const access = open();
    const at = { resource: SECRETS, namespace: 'n', name: 'a' };
    const deleted = access.delete({ ...at, uid: 'u' }, signal);
    const request = await server.next();
    expect(request.method).to.equal('DELETE');
    expect(JSON.parse(request.body)).to.deep.equal({
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      preconditions: { uid: 'u' },
    });
    request.json(200, { kind: 'Status', status: 'Success' });
    expect(await deleted).to.equal('deleted');
    const again = access.delete(at, signal);
    (await server.next()).refuse(404, 'NotFound', { name: 'a' });
    expect(await again).to.equal('gone');
  });

  it('classifies refusals, with the pause that the server asks for', async () => {
    const access = open();
    const at = { resource: SECRETS, namespace: 'n', name: 'a' };
    const busy = failure(access.get(at, signal));
    (await server.next()).json(429, {}, { 'retry-after': '3' });
    expect(await busy).to.include({ statusCode: 429, transient: true, retryAfterMs: 3000 });
    const conflict = failure(access.replace(at, secret, signal));
    (await server.next()).refuse(409, 'Conflict', { name: 'a' });
    expect(await conflict).to.include({ statusCode: 409, reason: 'Conflict', transient: false });
  });

  it('counts each request once, with its status or as an error', async () => {
    const counted: string[] = [];
    const access = open({ onRequest: (code, method) => counted.push(`${method} ${code}`) });
    const at = { resource: SECRETS, namespace: 'n', name: 'a' };
    const good = access.get(at, signal);
    (await server.next()).json(200, secret);
    await good;
    const bad = failure(access.replace(at, secret, signal));
    (await server.next()).refuse(500, 'InternalError');
    await bad;
    const cut = failure(access.get(at, signal));
    (await server.next()).reset();
    expect(await cut).to.include({ statusCode: undefined, transient: true });
    expect(counted).to.deep.equal(['GET 200', 'PUT 500', 'GET <error>']);
  });

  for (const body of ['<html>gateway</html>', '{"metadata":{}}', '', 'null']) {
    it(`does not believe the answer ${JSON.stringify(body)}`, async () => {
      const answer = failure(open().get({ resource: SECRETS, name: 'a' }, signal));
      (await server.next()).text(200, body);
      expect(await answer).to.include({ reason: 'InvalidAnswer', transient: true });
    });
  }

  it('reports an answer that is cut off', async () => {
    const answer = failure(open().get({ resource: SECRETS, name: 'a' }, signal));
    const stream = (await server.next()).stream();
    stream.write('{"metadata":');
    stream.reset();
    expect(await answer).to.include({ statusCode: undefined, transient: true });
  });

  it('gives up after the time-out, before the headers or within the body', async () => {
    for (const begun of [false, true]) {
      const clock = createManualClock();
      const answer = failure(open({ clock }).get({ resource: SECRETS, name: 'a' }, signal));
      const request = await server.next();
      const closed = new Promise((resolve) => request.socket.once('close', resolve));
      if (begun) request.stream().write('{');
      clock.advance(30_000);
      expect(await answer).to.include({ reason: 'Timeout', transient: true });
      await closed;
      expect(clock.sleepers()).to.equal(0);
    }
  });

  it('does not trust the other connections either when one does not answer', async () => {
    const clock = createManualClock();
    const access = open({ clock });
    const at = { resource: SECRETS, name: 'a' };
    const together = [1, 2, 3].map(() => access.get(at, signal));
    const sockets = new Set<unknown>();
    for (const request of [await server.next(), await server.next(), await server.next()]) {
      sockets.add(request.socket);
      request.json(200, secret);
    }
    await Promise.all(together);
    const hanging = failure(access.get(at, signal));
    sockets.add((await server.next()).socket);
    clock.advance(30_000);
    await hanging;
    const answer = access.get(at, signal);
    const request = await server.next();
    expect(sockets.has(request.socket)).to.equal(false);
    request.json(200, secret);
    await answer;
  });

  it('gives up in time, or with its signal, while it connects', async () => {
    const held = new Set<Socket>();
    const deaf = createTcpServer((socket) => held.add(socket));
    const port = await listenOnLoopback(deaf);
    const kubeConfig = server.kubeConfig();
    const cluster = kubeConfig.getCurrentCluster();
    if (cluster !== null) Object.assign(cluster, { server: `https://127.0.0.1:${port}` });
    const clock = createManualClock();
    const access = open({ kubeConfig, clock });
    const timedOut = failure(access.get({ resource: SECRETS, name: 'a' }, signal));
    while (held.size === 0) await turn();
    clock.advance(30_000);
    expect(await timedOut).to.include({ reason: 'Timeout' });
    const stop = new AbortController();
    const query = { resource: SECRETS, resourceVersion: '1', timeoutSeconds: 60 };
    const watched = access.watch(query, stop.signal).catch((error: unknown) => error);
    while (held.size === 1) await turn();
    stop.abort(new Error('stopped'));
    expect(await watched).to.have.property('message', 'stopped');
    for (const socket of held) socket.destroy();
    await new Promise((resolve) => deaf.close(resolve));
  });

  it('stops with the signal and its reason', async () => {
    const stop = new AbortController();
    const answer = open().get({ resource: SECRETS, name: 'a' }, stop.signal);
    const request = await server.next();
    const closed = new Promise((resolve) => request.socket.once('close', resolve));
    stop.abort(new Error('stopped'));
    expect(await answer.catch((error: unknown) => error)).to.have.property('message', 'stopped');
    await closed;
  });

  it('says that nothing listens', async () => {
    const gone = await startScriptedServer();
    const kubeConfig = gone.kubeConfig();
    await gone.stop();
    const error = await failure(open({ kubeConfig }).get({ resource: SECRETS, name: 'a' }, signal));
    expect(error).to.include({ reason: 'ECONNREFUSED', transient: true });
    expect(error.message).to.contain(gone.url);
  });

  it('does not talk to a server that the kubeconfig does not trust', async () => {
    const kubeConfig = server.kubeConfig();
    kubeConfig.loadFromClusterAndUser(
      // Its own authority, because other tests may have made this process trust that of the server.
      { name: 'c', server: server.url, skipTLSVerify: false, caData: await strangeAuthority() },
      { name: 'u', token: 'secret-token' },
    );
    const error = await failure(open({ kubeConfig }).get({ resource: SECRETS, name: 'a' }, signal));
    expect(error.reason).to.match(/CERT|VERIFY/);
    expect(server.unseen()).to.equal(0);
  });

  it('keeps the path of a server behind a gateway', async () => {
    const access = open({}, undefined, '/k8s/clusters/c-1/');
    const answer = access.get({ resource: SECRETS, name: 'a' }, signal);
    const request = await server.next();
    expect(request.url.pathname).to.equal('/k8s/clusters/c-1/api/v1/secrets/a');
    request.json(200, secret);
    await answer;
  });

  it('keeps its connections', async () => {
    const access = open();
    const before = server.connections();
    for (let i = 0; i < 20; i += 1) {
      const answer = access.get({ resource: SECRETS, name: 'a' }, signal);
      (await server.next()).json(200, secret);
      await answer;
    }
    // A second one where a request begins while the answer before it is still being put away.
    expect(server.connections() - before).to.be.within(1, 2);
  });

  it('asks for leave when a write is about to go out, and for writes alone', async () => {
    const server = await startScriptedServer();
    let asked = 0;
    let isLost = false;
    const access = open({
      kubeConfig: server.kubeConfig(),
      mayWrite() {
        asked += 1;
        if (isLost) throw new LeaseLost('lost');
      },
    });
    const at = { resource: SECRETS, name: 'a' };
    const patch = { type: 'merge', body: {}, fieldManager: 'test' } as const;
    const written = access.patch(at, patch, signal);
    (await server.next()).json(200, secret);
    await written;
    const writes = [
      access.create(at, {}, signal),
      access.replace(at, {}, signal),
      access.patch(at, patch, signal),
      access.delete(at, signal),
    ];
    // While they wait for their connections.
    isLost = true;
    for (const each of await Promise.allSettled(writes)) {
      expect(each).to.have.nested.property('reason.name', 'LeaseLost');
    }
    const read = access.get(at, signal);
    (await server.next()).json(200, secret);
    await read;
    expect(server.unseen()).to.equal(0);
    expect(asked).to.equal(5);
    await server.stop();
  });

  it('is not held up by a watch that stays open', async () => {
    const access = open();
    const stop = new AbortController();
    const query = { resource: SECRETS, resourceVersion: '1', timeoutSeconds: 60 };
    const watched = access.watch(query, stop.signal);
    const stream = (await server.next()).stream();
    const bytes = await watched;
    const answer = access.get({ resource: SECRETS, name: 'a' }, signal);
    (await server.next()).json(200, secret);
    expect(await answer).to.deep.equal(secret);
    stop.abort(new Error('stopped'));
    const end = await Array.fromAsync(bytes).catch((error: unknown) => error);
    expect(end).to.have.property('message', 'stopped');
    await stream.closed;
  });

  describe('credentials', () => {
    let folder: string;

    before(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'api-access-'));
    });
    after(() => rm(folder, { recursive: true }));

    async function authorization(access: ApiAccess): Promise<string | undefined> {
      const answer = access.get({ resource: SECRETS, name: 'a' }, signal);
      const request = await server.next();
      request.json(200, secret);
      await answer;
      return request.headers.authorization;
    }

    it('come from a token file that ends in a newline', async () => {
      const tokenFile = path.join(folder, 'token');
      await writeFile(tokenFile, 'from-file\n');
      const access = open({}, { authProvider: { name: 'tokenFile', config: { tokenFile } } });
      expect(await authorization(access)).to.equal('Bearer from-file');
    });

    it('are read again for each request, because a file is replaced before its token ends', async () => {
      const tokenFile = path.join(folder, 'rotated');
      await writeFile(tokenFile, 'first');
      const access = open({}, { authProvider: { name: 'tokenFile', config: { tokenFile } } });
      expect(await authorization(access)).to.equal('Bearer first');
      await writeFile(tokenFile, 'second');
      expect(await authorization(access)).to.equal('Bearer second');
    });

    it('are read again when the file could not be read', async () => {
      const tokenFile = path.join(folder, 'late');
      const access = open({}, { authProvider: { name: 'tokenFile', config: { tokenFile } } });
      const error = await failure(access.get({ resource: SECRETS, name: 'a' }, signal));
      expect(error).to.include({ reason: 'CredentialsUnavailable', transient: true });
      await writeFile(tokenFile, 'now');
      expect(await authorization(access)).to.equal('Bearer now');
    });

    it('are a user and a password', async () => {
      const access = open({}, { username: 'me', password: 'pass:word' });
      const expected = `Basic ${Buffer.from('me:pass:word').toString('base64')}`;
      expect(await authorization(access)).to.equal(expected);
    });

    it('come from one run of a program, however many requests start together', async () => {
      const log = path.join(folder, 'runs');
      const credential = JSON.stringify({ status: { token: 'from-program' } });
      const access = open(
        {},
        { exec: { command: 'sh', args: ['-c', `echo run >> ${log}; echo '${credential}'`] } },
      );
      const answers = [1, 2, 3].map(() => access.get({ resource: SECRETS, name: 'a' }, signal));
      for (let i = 0; i < 3; i += 1) {
        const request = await server.next();
        expect(request.headers.authorization).to.equal('Bearer from-program');
        request.json(200, secret);
      }
      await Promise.all(answers);
      expect(await readFile(log, 'utf8')).to.equal('run\n');
    });

    it('never show in an error, even when a program writes them in a wrong form', async () => {
      const access = open({}, { exec: { command: 'echo', args: ['hunter2-token'] } });
      const error = await failure(access.get({ resource: SECRETS, name: 'a' }, signal));
      expect(error.reason).to.equal('CredentialsUnavailable');
      expect(`${error.message} ${String(error.cause)}`).not.to.contain('hunter2');
    });

    it('cost no more than the time-out when a program hangs', async () => {
      const clock = createManualClock();
      const end = path.join(folder, 'end');
      const script = `until [ -e ${end} ]; do sleep 0.01; done`;
      const access = open({ clock }, { exec: { command: 'sh', args: ['-c', script] } });
      const answer = failure(access.get({ resource: SECRETS, name: 'a' }, signal));
      clock.advance(30_000);
      expect(await answer).to.include({ reason: 'Timeout' });
      await writeFile(end, '');
    });

    it('take effect on a new connection when the certificate changes', async () => {
      const caFile = path.join(folder, 'ca.crt');
      await writeFile(caFile, server.ca);
      const kubeConfig = server.kubeConfig();
      kubeConfig.loadFromClusterAndUser(
        { name: 'c', server: server.url, caFile, skipTLSVerify: false },
        { name: 'u', token: 't' },
      );
      const access = open({ kubeConfig });
      for (let i = 0; i < 3; i += 1) await authorization(access);
      const before = server.connections();
      await authorization(access);
      expect(server.connections() - before).to.equal(0);
      await writeFile(caFile, `${server.ca}\n`);
      await authorization(access);
      expect(server.connections() - before).to.equal(1);
    });
  });

  describe('proxies', () => {
    let proxy: Server;
    let proxyUrl: string;
    const tunnels: string[] = [];

    before(async () => {
      proxy = createServer();
      proxy.on('connect', (request, client) => {
        tunnels.push(request.url ?? '');
        const { port } = new URL(server.url);
        const upstream = connect(Number(port), '127.0.0.1', () => {
          client.write('HTTP/1.1 200 Connection established\r\n\r\n');
          client.pipe(upstream).pipe(client);
        });
        upstream.on('error', () => client.destroy());
        client.on('error', () => upstream.destroy());
      });
      proxyUrl = `http://127.0.0.1:${await listenOnLoopback(proxy)}`;
    });
    afterEach(() => {
      tunnels.length = 0;
      delete process.env['HTTPS_PROXY'];
      delete process.env['NO_PROXY'];
      delete process.env['KUBERNETES_SERVICE_HOST'];
    });
    after((done) => {
      proxy.closeAllConnections();
      proxy.close(() => done());
    });

    async function tunnelsOf(access: ApiAccess): Promise<readonly string[]> {
      const answer = access.get({ resource: SECRETS, name: 'a' }, signal);
      (await server.next()).json(200, secret);
      await answer;
      return tunnels;
    }

    it('are used as the kubeconfig says', async () => {
      const kubeConfig = server.kubeConfig();
      const cluster = kubeConfig.getCurrentCluster();
      if (cluster !== null) Object.assign(cluster, { proxyUrl });
      expect(await tunnelsOf(open({ kubeConfig }))).to.deep.equal([new URL(server.url).host]);
    });

    it('of the environment are not used for this machine', async () => {
      process.env['HTTPS_PROXY'] = proxyUrl;
      expect(await tunnelsOf(open())).to.deep.equal([]);
    });

    /** An address that is not of the loopback network and yet leads here. */
    function openFar(): ApiAccess {
      const kubeConfig = server.kubeConfig();
      const far = server.url.replace('127.0.0.1', '0.0.0.0');
      const cluster = kubeConfig.getCurrentCluster();
      if (cluster !== null) Object.assign(cluster, { server: far, tlsServerName: 'localhost' });
      return open({ kubeConfig });
    }

    it('of the environment are used for other machines', async () => {
      process.env['HTTPS_PROXY'] = proxyUrl;
      expect(await tunnelsOf(openFar())).to.deep.equal([`0.0.0.0:${new URL(server.url).port}`]);
    });

    for (const name of ['NO_PROXY', 'KUBERNETES_SERVICE_HOST']) {
      it(`of the environment are not used where ${name} names the server`, async () => {
        process.env['HTTPS_PROXY'] = proxyUrl;
        process.env[name] = '0.0.0.0';
        expect(await tunnelsOf(openFar())).to.deep.equal([]);
      });
    }
  });
});

/** A certificate that has signed no server of these tests, as a kubeconfig holds it. */
async function strangeAuthority(): Promise<string> {
  const { cert } = await generate([{ name: 'commonName', value: 'Stranger' }], { keyType: 'ec' });
  return Buffer.from(cert).toString('base64');
}
