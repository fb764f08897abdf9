import { once } from 'node:events';
import { Agent, createServer, request as httpRequest, type ClientRequest } from 'node:http';
import {
  Agent as HttpsAgent,
  createServer as createHttpsServer,
  request as httpsRequest,
} from 'node:https';
import { connect as connectTcp, createServer as createTcpServer, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { expect } from 'chai';
import { sendWithLeave } from '../../../src/kubernetes/leave-to-send.ts';
import { certificates } from '../../sandbox/certificates.ts';
import { rejection } from '../../unit/sync/rejection.ts';
import { listenOnLoopback } from './scripted-server.ts';

/** Sends the request; resolves with the answer's text, and with how its connection was at each check. */
async function send(request: ClientRequest, body?: string) {
  let state = '';
  const checks: string[] = [];
  request.once('socket', (socket) => {
    state = request.reusedSocket ? 'kept' : 'begun';
    socket.once('connect', () => (state = 'connected'));
    socket.once('secureConnect', () => (state = 'secure'));
  });
  sendWithLeave(request, body, () => checks.push(state));
  const [response] = await once(request, 'response');
  return { checks, answer: await text(response) };
}

describe('sendWithLeave', () => {
  const servers: { close(): unknown; closeAllConnections?(): void }[] = [];
  const { timeout } = AbortSignal;

  afterEach(() => {
    AbortSignal.timeout = timeout;
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections?.();
    }
  });

  async function echo(): Promise<number> {
    const server = createServer((incoming, response) => incoming.pipe(response));
    servers.push(server);
    return listenOnLoopback(server);
  }

  async function secureEcho(): Promise<{ readonly port: number; readonly ca: string }> {
    const { ca, cert, key } = await certificates();
    const server = createHttpsServer({ cert, key }, (incoming, response) =>
      incoming.pipe(response),
    );
    servers.push(server);
    return { port: await listenOnLoopback(server), ca };
  }

  /** Has time run out only when the test says so; gives the limits that were asked for, too. */
  function manualLimit() {
    const asked: number[] = [];
    const limit = new AbortController();
    AbortSignal.timeout = (ms) => {
      asked.push(ms);
      return limit.signal;
    };
    return { asked, runOut: () => limit.abort(new Error('the time is over')) };
  }

  it('asks when the connection stands, and sends the body then', async () => {
    const request = httpRequest({ port: await echo(), host: '127.0.0.1', method: 'PUT' });
    expect(await send(request, 'x')).to.deep.equal({ checks: ['connected'], answer: 'x' });
  });

  it('asks after the handshake', async () => {
    const { port, ca } = await secureEcho();
    const request = httpsRequest({ port, host: '127.0.0.1', servername: 'localhost', ca });
    expect(await send(request)).to.deep.equal({ checks: ['secure'], answer: '' });
  });

  it('asks after the handshake through a tunnel that stood before', async () => {
    const { port, ca } = await secureEcho();
    const tunnel = connectTcp(port, '127.0.0.1');
    await once(tunnel, 'connect');
    const request = httpsRequest({
      host: 'localhost',
      createConnection: () => connectTls({ socket: tunnel, servername: 'localhost', ca }),
    });
    expect(await send(request)).to.deep.equal({ checks: ['secure'], answer: '' });
  });

  async function onKept(again: () => ClientRequest): Promise<void> {
    await send(again());
    const { asked } = manualLimit();
    const request = again();
    expect(await send(request)).to.deep.equal({ checks: ['kept'], answer: '' });
    expect(request.reusedSocket).to.equal(true);
    expect(asked).to.deep.equal([]);
  }

  it('asks again on a connection that was kept, without setting it a limit', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const options = { port: await echo(), host: '127.0.0.1', agent };
    await onKept(() => httpRequest(options));
    agent.destroy();
  });

  it('asks again on a secure connection that was kept', async () => {
    const agent = new HttpsAgent({ keepAlive: true, maxSockets: 1 });
    const { port, ca } = await secureEcho();
    const options = { port, host: '127.0.0.1', servername: 'localhost', ca, agent };
    await onKept(() => httpsRequest(options));
    agent.destroy();
  });

  for (const refused of [new Error('not the leader'), 'not the leader']) {
    it(`sends nothing without leave, refused by ${typeof refused}`, async () => {
      let heard = 0;
      const server = createTcpServer((socket) => socket.on('data', () => (heard += 1)));
      servers.push(server);
      const request = httpRequest({ port: await listenOnLoopback(server), host: '127.0.0.1' });
      sendWithLeave(request, 'x', () => {
        throw refused;
      });
      expect(await rejection(once(request, 'response'))).to.have.property(
        'message',
        'not the leader',
      );
      expect(request.destroyed).to.equal(true);
      expect(heard).to.equal(0);
    });
  }

  it('gives up a connection that is not made within ten seconds', async () => {
    const { asked, runOut } = manualLimit();
    const opened = new Set<Socket>();
    const server = createTcpServer((socket) => {
      opened.add(socket.on('error', () => {}));
      runOut();
    });
    servers.push(server);
    const port = await listenOnLoopback(server);
    const request = httpsRequest({ port, host: '127.0.0.1', servername: 'localhost' });
    let checks = 0;
    sendWithLeave(request, undefined, () => (checks += 1));
    const error = await rejection(once(request, 'response'));
    expect(error).to.include({ message: 'not connected in time', code: 'ETIMEDOUT' });
    expect(asked).to.deep.equal([10_000]);
    expect(checks).to.equal(0);
    for (const socket of opened) socket.destroy();
  });

  it('sets the answer no limit', async () => {
    const { runOut } = manualLimit();
    const server = createServer((_incoming, response) => {
      runOut();
      response.end('late');
    });
    servers.push(server);
    const request = httpRequest({ port: await listenOnLoopback(server), host: '127.0.0.1' });
    expect(await send(request)).to.deep.equal({ checks: ['connected'], answer: 'late' });
  });
});
