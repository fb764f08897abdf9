import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { startTcpProxy, type TcpProxy } from '../../control-plane/tcp-proxy.ts';

async function say(client: Socket, words: string): Promise<string> {
  const heard = once(client, 'data');
  client.write(words);
  const [chunk]: unknown[] = await heard;
  return String(chunk);
}

async function failure(client: Socket): Promise<unknown> {
  const [error]: unknown[] = await once(client, 'error');
  return error instanceof Error && 'code' in error ? error.code : error;
}

describe('the TCP proxy', () => {
  let server: Server;
  let served: Set<Socket>;
  let port: number;
  let proxy: TcpProxy;
  const clients: Socket[] = [];

  beforeEach(async () => {
    served = new Set();
    // Says back all that it hears, and ends when the client ends.
    server = createServer({ allowHalfOpen: true }, (socket) => {
      served.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => served.delete(socket));
      socket.pipe(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    proxy = await startTcpProxy({ target: `https://127.0.0.1:${port}` });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await proxy.stop();
    const closed = once(server, 'close');
    server.close();
    for (const socket of served) socket.destroy();
    await closed;
  });

  async function open(): Promise<Socket> {
    const client = connect({ host: '127.0.0.1', port: proxy.port, allowHalfOpen: true });
    clients.push(client);
    await once(client, 'connect');
    return client;
  }

  it('has a URL of its own and passes all bytes, both ends included', async () => {
    expect(proxy.url).to.equal(`https://127.0.0.1:${proxy.port}`);
    const client = await open();
    const sent = Buffer.alloc(3_000_000, 'all bytes');
    const received = text(client);
    client.end(sent);
    expect((await received) === sent.toString()).to.equal(true);
  });

  it('ends while one side is just ending', async () => {
    const client = await open();
    client.on('error', () => {});
    await say(client, 'a');
    proxy.blackHole();
    for (const socket of served) socket.end();
    for (let turn = 0; turn < 20; turn += 1) await setImmediate();
    await proxy.resume();
    // The end goes on in this very turn; the system hears of it in the next one.
    for (let step = 0; step < 20; step += 1) await Promise.resolve();
    await proxy.stop();
    expect(proxy.connections()).to.equal(0);
  });

  it('drops connections, and serves new ones', async () => {
    const [one, two] = [await open(), await open()];
    expect(await say(one, 'a')).to.equal('a');
    expect(await say(two, 'b')).to.equal('b');
    expect(proxy.connections()).to.equal(2);
    const failures = Promise.all([failure(one), failure(two)]);
    proxy.dropConnections();
    expect(await failures).to.deep.equal(['ECONNRESET', 'ECONNRESET']);
    expect(await say(await open(), 'c')).to.equal('c');
    expect(proxy.connections()).to.equal(1);
  });

  it('refuses until it resumes, on the same port', async () => {
    const client = await open();
    expect(await say(client, 'a')).to.equal('a');
    const failed = failure(client);
    await proxy.refuse();
    expect(await failed).to.equal('ECONNRESET');
    expect(await failure(connect({ host: '127.0.0.1', port: proxy.port }))).to.equal(
      'ECONNREFUSED',
    );
    await proxy.resume();
    expect(await say(await open(), 'b')).to.equal('b');
  });

  it('has a port that the system gives to nobody else while it refuses', () => {
    expect(proxy.port).to.be.within(1_024, 32_767);
  });

  it('delays both directions, without losing order or throughput', async () => {
    const client = await open();
    proxy.delay(60);
    const from = performance.now();
    expect(await say(client, 'a')).to.equal('a');
    // Timers may fire up to a millisecond early.
    expect(performance.now() - from).to.be.greaterThan(118);
    const received = text(client);
    const lines = Array.from({ length: 200 }, (_, n) => `${n}\n`);
    for (const line of lines) client.write(line);
    client.end();
    expect(await received).to.equal(lines.join(''));
    await proxy.resume();
    expect(await say(await open(), 'b')).to.equal('b');
  });

  it('holds all back in a black hole, and lets it out afterwards', async () => {
    const old = await open();
    expect(await say(old, 'a')).to.equal('a');
    proxy.blackHole();
    const fresh = await open();
    const heard: string[] = [];
    for (const client of [old, fresh]) {
      client.on('data', (chunk) => heard.push(String(chunk)));
      client.write('held');
    }
    // In the time of many round trips on another way, nothing comes this way.
    const direct = connect(port, '127.0.0.1');
    clients.push(direct);
    for (let trips = 0; trips < 50; trips += 1) await say(direct, 'direct');
    expect(heard).to.deep.equal([]);
    expect(proxy.connections()).to.equal(2);
    const out = Promise.all([once(old, 'data'), once(fresh, 'data')]);
    await proxy.resume();
    await out;
    expect(heard).to.deep.equal(['held', 'held']);
  });

  it('resets clients when the target is gone', async () => {
    const client = await open();
    expect(await say(client, 'a')).to.equal('a');
    const failed = failure(client);
    for (const socket of served) socket.resetAndDestroy();
    expect(await failed).to.equal('ECONNRESET');
  });

  it('stops with connections open, and whatever the fault', async () => {
    const client = await open();
    client.on('error', () => {});
    proxy.blackHole();
    client.write('held');
    await proxy.stop();
    await proxy.stop();
    expect(proxy.connections()).to.equal(0);
  });
});
