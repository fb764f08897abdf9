import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Server, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { KubeConfig, type User } from '@kubernetes/client-node';
import { certificates } from '../../sandbox/certificates.ts';

/** One request, to be answered by the test. */
export interface Received {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly socket: Socket;
  json(status: number, body: unknown, headers?: Readonly<Record<string, string>>): void;
  text(status: number, body: string): void;
  /** An error body as the API writes it. */
  refuse(status: number, reason: string, details?: object): void;
  /** Begins a 200 that goes on. */
  stream(): Stream;
  /** Cuts the connection without an answer, and without TLS's good-bye. */
  reset(): void;
}

export interface Stream {
  /** Events of a watch, one a line. */
  send(...events: readonly object[]): void;
  write(bytes: string | Uint8Array): void;
  end(): void;
  reset(): void;
  /** Resolves when the client has gone. */
  readonly closed: Promise<void>;
}

export interface ScriptedServer {
  readonly url: string;
  readonly ca: string;
  /** The next request, in the order of arrival; the test answers it. */
  next(): Promise<Received>;
  /** How many requests have come that `next` has not given yet. */
  unseen(): number;
  /** How many connections were opened so far. */
  connections(): number;
  kubeConfig(user?: Partial<User>, path?: string): KubeConfig;
  stop(): Promise<void>;
}

/** A real HTTPS server on loopback that does what a test says, request by request. */
export async function startScriptedServer(): Promise<ScriptedServer> {
  const { ca, cert, key } = await certificates();
  const arrived: Received[] = [];
  const waiting: ((request: Received) => void)[] = [];
  let connections = 0;

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = wrap(request, response, await text(request));
    const next = waiting.shift();
    if (next === undefined) arrived.push(received);
    else next(received);
  }

  const server = createServer({ cert, key }, (request, response) => {
    receive(request, response).catch(() => response.destroy());
  });
  server.on('secureConnection', () => (connections += 1));
  const url = `https://127.0.0.1:${await listenOnLoopback(server)}`;

  return {
    url,
    ca,
    next() {
      const first = arrived.shift();
      if (first !== undefined) return Promise.resolve(first);
      return new Promise((resolve) => void waiting.push(resolve));
    },
    unseen: () => arrived.length,
    connections: () => connections,
    kubeConfig(user = { token: 'token-1' }, path = '') {
      const kubeConfig = new KubeConfig();
      kubeConfig.loadFromClusterAndUser(
        {
          name: 'scripted',
          server: url + path,
          caData: Buffer.from(ca).toString('base64'),
          skipTLSVerify: false,
        },
        { name: 'user', ...user },
      );
      return kubeConfig;
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Resolves with the port. */
export async function listenOnLoopback(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  return address.port;
}

function wrap(request: IncomingMessage, response: ServerResponse, body: string): Received {
  function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  }
  function reset(): void {
    request.socket.destroy();
  }
  return {
    method: request.method ?? '',
    url: new URL(request.url ?? '', 'https://server'),
    headers: request.headers,
    body,
    socket: request.socket,
    json,
    text(status, body) {
      response.writeHead(status, { 'content-type': 'text/plain' });
      response.end(body);
    },
    refuse(code, reason, details = {}) {
      json(code, { kind: 'Status', status: 'Failure', code, reason, message: reason, details });
    },
    stream() {
      const closed = Promise.withResolvers<void>();
      response.on('close', () => closed.resolve());
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      return {
        send: (...events) =>
          void response.write(events.map((event) => `${JSON.stringify(event)}\n`).join('')),
        write: (bytes) => void response.write(bytes),
        end: () => void response.end(),
        reset,
        closed: closed.promise,
      };
    },
    reset,
  };
}
