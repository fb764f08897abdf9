import { createServer as createTcpServer, connect, type Socket } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { Agent } from 'node:https';
import { gzipSync, brotliCompressSync } from 'node:zlib';
import { expect } from 'chai';
import { never, open, quickClock, rejection } from './open.ts';
import { listen, rowsOf, serve, startTheServer } from './the-server.ts';

describe('openSource against a real server', () => {
  it('reads all pages over one connection', async () => {
    const rows = rowsOf(90);
    const ports = new Set<number | undefined>();
    await using server = await startTheServer((seen, response) => {
      ports.add(response.socket?.remotePort);
      serve(rows, seen, response);
    });
    const { institutions } = await open(server).list(never);
    expect(institutions).to.have.length(90);
    expect(server.seen.map(({ offset }) => offset)).to.deep.equal([0, 20, 40, 60, 80, 90]);
    expect(ports.size).to.equal(1);
  });

  for (const [encoding, compress] of [
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ] as const) {
    it(`reads pages compressed with ${encoding}`, async () => {
      const rows = rowsOf(25);
      await using server = await startTheServer(({ offset, limit }, response) => {
        const page = rows.slice(offset, offset + limit);
        response.setHeader('Content-Encoding', encoding);
        response.end(compress(JSON.stringify({ rowCount: page.length, rows: page })));
      });
      expect((await open(server).list(never)).institutions).to.have.length(25);
    });
  }

  it('retries a body that is cut, then says SourceInvalid', async () => {
    await using server = await startTheServer((_seen, response) => {
      response.writeHead(200, { 'Content-Length': '1000' });
      response.write('{"rowCount":1,');
      setImmediate(() => response.destroy());
    });
    const source = open(server);
    expect(await rejection(source.list(never))).to.include({
      reason: 'SourceInvalid',
      statusCode: 200,
    });
    expect(source.requestCount()).to.equal(6);
  });

  it('retries a body whose compression is cut or broken, then says SourceInvalid', async () => {
    const whole = gzipSync(JSON.stringify({ rowCount: 20, rows: rowsOf(20) }));
    await using server = await startTheServer(({ number }, response) => {
      response.setHeader('Content-Encoding', 'gzip');
      response.end(number % 2 === 0 ? whole.subarray(0, whole.length / 2) : 'no gzip at all');
    });
    const source = open(server);
    expect(await rejection(source.list(never))).to.include({ reason: 'SourceInvalid' });
    expect(source.requestCount()).to.equal(6);
  });

  it('goes on after a cut body', async () => {
    await using server = await startTheServer((seen, response) => {
      if (seen.number > 0) return serve(rowsOf(3), seen, response);
      response.writeHead(200, { 'Content-Length': '1000' });
      response.write('{"rowCount":1,', () => response.destroy());
    });
    expect((await open(server).list(never)).institutions).to.have.length(3);
  });

  it('retries a connection that breaks before the answer, then says SourceUnavailable', async () => {
    await using server = await startTheServer((_seen, response) => response.socket?.destroy());
    const clock = quickClock();
    expect(await rejection(open(server, { clock }).list(never))).to.include({
      reason: 'SourceUnavailable',
      statusCode: undefined,
      message: `No connection to ${server.endpoint} (ECONNRESET). Check the endpoint, the network and the proxy settings. The next sync tries again.`,
    });
    expect(clock.waits).to.deep.equal([500, 1_000, 2_000, 4_000, 8_000]);
  });

  it('says SourceUnavailable where nothing listens', async () => {
    const server = await startTheServer(() => undefined);
    await server[Symbol.asyncDispose]();
    expect(await rejection(open(server).list(never)))
      .to.include({ reason: 'SourceUnavailable' })
      .and.to.have.property('message')
      .that.includes('(ECONNREFUSED)');
  });

  it('says SourceUnavailable for a name that does not resolve', async () => {
    await using server = await startTheServer(() => undefined);
    const source = open(server, { endpoint: 'https://no-such-host.invalid/' });
    expect(await rejection(source.list(never)))
      .to.include({ reason: 'SourceUnavailable' })
      .and.to.have.property('message')
      .that.matches(/^No connection to https:\/\/no-such-host.invalid\/ \(E(NOTFOUND|AI_AGAIN)\)/);
  });

  it('does not retry a certificate that is not trusted', async () => {
    await using server = await startTheServer(() => undefined);
    const agent = new Agent();
    const source = open(server, { httpsAgent: agent });
    expect(await rejection(source.list(never)))
      .to.include({ reason: 'SourceUnavailable' })
      .and.to.have.property('message')
      .that.includes('NODE_EXTRA_CA_CERTS');
    expect(source.requestCount()).to.equal(1);
    agent.destroy();
  });

  it('does not trust a certificate for another name', async () => {
    await using server = await startTheServer(() => undefined);
    const source = open(server, { endpoint: `https://127.0.0.1:${server.port}/` });
    expect(await rejection(source.list(never)))
      .to.have.property('message')
      .that.includes('(ERR_TLS_CERT_ALTNAME_INVALID)');
  });

  it('speaks TLS 1.2 or newer only', async () => {
    await using server = await startTheServer((seen, response) => serve([], seen, response), {
      maxVersion: 'TLSv1.1',
    });
    expect(await rejection(open(server).list(never))).to.include({ reason: 'SourceUnavailable' });
    expect(server.seen).to.have.length(0);
  });

  it('gives up on an answer whose headers do not come', async () => {
    await using server = await startTheServer(() => undefined);
    const source = open(server, { requestTimeoutMs: 50 });
    expect(await rejection(source.list(never))).to.include({
      reason: 'SourceUnavailable',
      message: `${server.endpoint} did not answer in full within 0.05 seconds. Nothing was changed. The next sync tries again. If this lasts, check the network and the proxy settings.`,
    });
    expect(source.requestCount()).to.equal(6);
  });

  it('gives up on an answer whose body never ends, however steadily it drips', async () => {
    await using server = await startTheServer((_seen, response) => {
      response.writeHead(200);
      response.write('{"rowCount":0,"rows":[');
      const drip = setInterval(() => response.write(' '), 5);
      response.on('close', () => clearInterval(drip));
    });
    const source = open(server, { requestTimeoutMs: 50 });
    expect(await rejection(source.list(never))).to.include({ reason: 'SourceUnavailable' });
    expect(source.requestCount()).to.equal(6);
  });

  it('spends no more than two minutes on requests that time out', async () => {
    await using server = await startTheServer(() => undefined);
    const clock = quickClock();
    let now = 0;
    const slow = { ...clock, now: () => (now += 30_000) };
    const source = open(server, { clock: slow, requestTimeoutMs: 20 });
    expect(await rejection(source.list(never))).to.include({ reason: 'SourceUnavailable' });
    expect(source.requestCount()).to.equal(4);
  });

  it('does not wait for the body of a refusal', async () => {
    await using server = await startTheServer((_seen, response) => {
      response.writeHead(404);
      response.write('and then nothing');
    });
    expect(await rejection(open(server).list(never))).to.include({ statusCode: 404 });
  });

  it('refuses a page larger than 64 MB, also when it is small on the wire', async () => {
    const row = `{"x":"${' '.repeat(64 * 1024)}"},`;
    const bomb = gzipSync(`{"rowCount":0,"rows":[${row.repeat(1024)}{}]}`);
    expect(bomb.length).to.be.below(100_000);
    await using server = await startTheServer((_seen, response) => {
      response.setHeader('Content-Encoding', 'gzip');
      response.end(bomb);
    });
    const source = open(server);
    expect(await rejection(source.list(never))).to.include({
      reason: 'SourceInvalid',
      message: `A page of ${server.endpoint} is larger than 64 MB. Choose a smaller institutions.pageSize.`,
    });
    expect(source.requestCount()).to.equal(1);
  });

  it('does not follow a redirect', async () => {
    await using server = await startTheServer(({ url }, response) => {
      response.writeHead(302, { Location: `${url.pathname}/elsewhere` });
      response.end();
    });
    expect(await rejection(open(server).list(never))).to.include({ statusCode: 302 });
    expect(server.seen).to.have.length(1);
  });

  it('rejects with the reason of a signal that aborts while the headers are awaited', async () => {
    const controller = new AbortController();
    const reason = new Error('over');
    await using server = await startTheServer(() => controller.abort(reason));
    const source = open(server);
    expect(await rejection(source.list(controller.signal))).to.equal(reason);
    expect(source.requestCount()).to.equal(1);
  });

  it('rejects with the reason of a signal that aborts while the body is read', async () => {
    const controller = new AbortController();
    await using server = await startTheServer((_seen, response) => {
      response.writeHead(200);
      response.write('{"rowCount":0,', () => setImmediate(() => controller.abort('over')));
    });
    expect(await rejection(open(server).list(controller.signal))).to.equal('over');
  });

  it('rejects with the reason of a signal that aborts during a wait', async () => {
    const controller = new AbortController();
    await using server = await startTheServer((_seen, response) => {
      response.writeHead(503);
      response.end();
    });
    const waiting = {
      now: () => 0,
      sleep: async () => {
        controller.abort('over');
        controller.signal.throwIfAborted();
      },
    };
    expect(await rejection(open(server, { clock: waiting }).list(controller.signal))).to.equal(
      'over',
    );
    expect(server.seen).to.have.length(1);
  });

  it('goes through the proxy of HTTPS_PROXY', async () => {
    await using server = await startTheServer((seen, response) => serve(rowsOf(2), seen, response));
    const tunnels: string[] = [];
    const sockets: Socket[] = [];
    const proxy = createHttpServer();
    proxy.on('connect', (request, socket: Socket) => {
      tunnels.push(request.url ?? '');
      const target = connect(server.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        target.pipe(socket).pipe(target);
      });
      sockets.push(socket, target);
    });
    const port = await listen(proxy);
    const agent = new Agent({
      ca: server.agent.options.ca,
      proxyEnv: { HTTPS_PROXY: `http://127.0.0.1:${port}`, NO_PROXY: 'other.example' },
    });
    const { institutions } = await open(server, { httpsAgent: agent }).list(never);
    expect(institutions).to.have.length(2);
    expect(new Set(tunnels)).to.deep.equal(new Set([`localhost:${server.port}`]));
    agent.destroy();
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });

  it('says SourceUnavailable where something else than TLS answers', async () => {
    const plain = createTcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const port = await listen(plain);
    await using server = await startTheServer(() => undefined);
    const source = open(server, { endpoint: `https://localhost:${port}/` });
    expect(await rejection(source.list(never))).to.include({ reason: 'SourceUnavailable' });
    plain.close();
  });
});
