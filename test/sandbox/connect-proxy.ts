import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { certificates } from './certificates.ts';

export interface ConnectProxyOptions {
  /** `user:password` that it asks for; nothing without it. */
  readonly credentials?: string;
  /** Whether the way to the proxy itself is TLS. */
  readonly tls?: boolean;
}

/** A proxy on loopback that tunnels (CONNECT). Every host that it is asked for is this machine. */
export interface ConnectProxy extends AsyncDisposable {
  readonly host: string;
  /** The `host:port` of each tunnel that was asked for with the right credentials. */
  readonly targets: string[];
  /** Tunnels that were refused for want of them. */
  refused(): number;
}

/** Starts one on a free port. */
export async function startConnectProxy(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const { credentials, tls = false } = options;
  const wanted = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
  const sockets = new Set<Socket>();
  const targets: string[] = [];
  let refused = 0;
  const { cert, key } = await certificates();
  const server = tls ? createTlsServer({ cert, key }) : createServer();
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    if (wanted !== undefined && request.headers['proxy-authorization'] !== wanted) {
      refused += 1;
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const target = request.url ?? '';
    targets.push(target);
    const onward = connect(Number(target.slice(target.lastIndexOf(':') + 1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    sockets.add(onward);
    onward.on('error', () => socket.destroy());
    socket.on('close', () => onward.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    targets,
    refused: () => refused,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
