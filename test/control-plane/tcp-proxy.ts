import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A TCP proxy on loopback that makes outages. It starts without faults. */
export interface TcpProxy {
  /** The target's URL with this proxy's port in its place. */
  readonly url: string;
  readonly port: number;
  /** How many connections are open now. */
  connections(): number;
  /** Resets all open connections; new ones are served. */
  dropConnections(): void;
  /** As if nothing listened: open connections are reset, new ones refused, until `resume`. */
  refuse(): Promise<void>;
  /** Every byte, in both directions, arrives this much later. */
  delay(ms: number): void;
  /** Connections are accepted and stay open, but nothing arrives on either side, until `resume`. */
  blackHole(): void;
  /** Ends all faults. What a black hole has held back arrives now. */
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/** Where no system keeps services of its own. */
const LOWEST_PORT = 15_000;
/** Linux hands out ports from here on; one of those might be given to another during `refuse`. */
const FIRST_EPHEMERAL_PORT = 32_768;

/** Starts a proxy on a free port of 127.0.0.1 for `target`, a URL with a port. */
export async function startTcpProxy(options: { readonly target: string }): Promise<TcpProxy> {
  const target = new URL(options.target);
  const open = new Set<Socket>();
  let delayMs = 0;
  let hole: PromiseWithResolvers<void> | undefined;

  /** Resolves when bytes that came in at `since` may arrive. */
  async function passage(since: number, signal: AbortSignal): Promise<void> {
    const wait = since + delayMs - performance.now();
    if (wait > 0) await sleep(wait, undefined, { signal });
    await hole?.promise;
    signal.throwIfAborted();
  }

  function forward(from: Socket, to: Socket, signal: AbortSignal): void {
    let last = Promise.resolve();
    function inTurn(deliver: () => void): void {
      const since = performance.now();
      last = last.then(() => passage(since, signal)).then(deliver);
      // The connection is gone, and so are its bytes.
      last.catch(() => {});
    }
    from.on('data', (chunk: Buffer) =>
      inTurn(() => {
        if (to.destroyed || to.write(chunk)) return;
        from.pause();
        to.once('drain', () => from.resume());
      }),
    );
    from.on('end', () => inTurn(() => to.end()));
  }

  function serve(client: Socket): void {
    open.add(client);
    const closing = new AbortController();
    const upstream = connect({
      host: target.hostname,
      port: Number(target.port),
      allowHalfOpen: true,
    });
    for (const [socket, peer] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      // Whatever ends in error is also closed; the one handler below sees to both.
      socket.on('error', () => {});
      socket.on('close', (failed) => {
        if (socket === client) open.delete(client);
        if (!failed && socket.readableEnded) return;
        closing.abort();
        reset(peer);
      });
    }
    forward(client, upstream, closing.signal);
    forward(upstream, client, closing.signal);
  }

  const server = createServer({ allowHalfOpen: true, noDelay: true }, serve);
  async function listen(port: number): Promise<number> {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return port;
  }
  async function listenAnywhere(): Promise<number> {
    for (;;) {
      try {
        return await listen(randomInt(LOWEST_PORT, FIRST_EPHEMERAL_PORT));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      }
    }
  }
  function dropConnections(): void {
    for (const client of open) reset(client);
  }
  async function close(): Promise<void> {
    if (!server.listening) return;
    const closed = [server, ...open].map(
      (either) => new Promise((resolve) => void either.once('close', resolve)),
    );
    server.close();
    dropConnections();
    await Promise.all(closed);
  }
  function openHole(): void {
    hole?.resolve();
    hole = undefined;
  }

  const port = await listenAnywhere();
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return {
    url: url.href.replace(/\/$/, ''),
    port,
    connections: () => open.size,
    dropConnections,
    refuse: close,
    delay(ms) {
      delayMs = ms;
    },
    blackHole() {
      hole ??= Promise.withResolvers();
    },
    async resume() {
      delayMs = 0;
      openHole();
      if (!server.listening) await listen(port);
    },
    async stop() {
      await close();
      openHole();
    },
  };
}

/** Resets the connection; one that is just being ended cannot be reset, and would never be closed. */
function reset(socket: Socket): void {
  const isEnding = socket.writableEnded && !socket.writableFinished;
  if (isEnding) socket.destroy();
  else socket.resetAndDestroy();
}
