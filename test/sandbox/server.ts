import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { certificates } from './certificates.ts';
import type { Answer, Call, Route, Router } from './exchange.ts';
import { isEarly, type FaultKind } from './fault-kinds.ts';
import { openFaultSwitch, type FaultSwitch } from './faults.ts';
import { openRequestLog, type RequestLog, type RequestRecord } from './request-log.ts';
import { encode, intercept, spoil, type Delivery } from './spoil.ts';

/** What every sandbox can be told. */
export interface ServerOptions {
  /** Where to listen; `127.0.0.1:0`, the default, takes a free port. */
  readonly listen?: string;
  /** How long each answer is on its way, after its effect; 0 by default. */
  readonly latencyMs?: number;
  /** Milliseconds since the Unix epoch; the system's clock by default. */
  readonly now?: () => number;
  /** Called as each request has arrived; the request goes on when the promise resolves. */
  readonly onRequest?: (request: Omit<RequestRecord, 'status' | 'fault'>) => void | Promise<void>;
  /** How many requests are remembered one by one; 100,000 by default. */
  readonly requestsKept?: number;
}

/** What every sandbox offers. */
export interface Sandbox extends Pick<FaultSwitch, 'fault' | 'clearFaults'> {
  /** Such as `https://127.0.0.1:41234`. */
  readonly url: string;
  /** Host and port. */
  readonly host: string;
  /** The authority that clients must trust, as PEM. */
  readonly ca: string;
  readonly requests: RequestLog;
  /** Ends at once: what is in flight is cut off. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Auth0's limit of a request's body; THE is never sent one. */
const LARGEST_BODY = 1_000_000;

/** A server on loopback, HTTPS only, with faults, latency and a record of its requests. */
export async function startServer(options: ServerOptions, router: Router): Promise<Sandbox> {
  const { ca, cert, key } = await certificates();
  const now = options.now ?? Date.now;
  const faults = openFaultSwitch();
  const requests = openRequestLog(options.requestsKept ?? 100_000);
  const sockets = new Map<number | undefined, Socket>();
  const previous = new Map<string, Answer>();
  const stopping = new AbortController();

  const server = createServer(
    // Idle connections stay open for longer than clients keep them, so that the client always is
    // the one that closes, and no request meets a connection that is just being closed.
    { cert, key, minVersion: 'TLSv1.2', keepAliveTimeout: 120_000, requestTimeout: 0 },
    (request, response) => {
      serve(request, response).catch((error: unknown) => {
        request.socket.destroy();
        // A mistake in the sandbox or in a hook must not pass for a fault of the network.
        if (stopping.signal.aborted) return;
        setImmediate(() => {
          throw error;
        });
      });
    },
  );
  server.on('connection', (socket: Socket) => {
    const { remotePort } = socket;
    sockets.set(remotePort, socket);
    socket.on('error', () => {});
    socket.once('close', () => {
      if (sockets.get(remotePort) === socket) sockets.delete(remotePort);
    });
  });
  server.on('tlsClientError', () => {});

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = await readCall(request);
    if (!call) return;
    const route = router(call);
    const arrival = {
      at: now(),
      method: call.method,
      path: route.template,
      url: request.url ?? '',
      endpoint: route.endpoint,
      correlationId: call.headers['x-correlation-id']?.toString(),
    };
    const complete = requests.open(arrival);
    await options.onRequest?.(arrival);
    const fault = faults.take(call, route);
    const delivery = await deliver(call, route, fault);
    const heard = delivery.ending !== 'reset' && delivery.ending !== 'hang';
    complete(heard ? delivery.status : 0, fault?.kind);
    const ms = (options.latencyMs ?? 0) + (fault?.kind === 'delay' ? fault.ms : 0);
    if (ms > 0) await wait(ms, undefined, { signal: stopping.signal });
    send(response, delivery, () => sockets.get(request.socket.remotePort)?.resetAndDestroy());
  }

  async function deliver(call: Call, route: Route, fault?: FaultKind): Promise<Delivery> {
    if (fault && isEarly(fault)) return intercept(fault, now());
    const answer = await route.answer(call);
    const key = `${call.method} ${route.template}`;
    const before = previous.get(key);
    previous.set(key, answer);
    return fault ? spoil(fault, call, answer, before) : encode(answer);
  }

  const [address, port] = (options.listen ?? '127.0.0.1:0').split(':');
  server.listen(Number(port), address);
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the server has no port');
  const host = `${address}:${bound.port}`;

  async function stop(): Promise<void> {
    stopping.abort();
    const closed = server.listening ? once(server, 'close') : undefined;
    server.close();
    for (const socket of sockets.values()) socket.destroy();
    await closed;
  }

  return {
    url: `https://${host}`,
    host,
    ca,
    requests,
    fault: faults.fault,
    clearFaults: faults.clearFaults,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Nothing when the client goes away before its request is complete. */
async function readCall(request: IncomingMessage): Promise<Call | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size <= LARGEST_BODY) chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  const tooLarge = size > LARGEST_BODY;
  const [path = '/', query] = (request.url ?? '/').split('?', 2);
  return {
    method: request.method ?? 'GET',
    path,
    query: new URLSearchParams(query),
    headers: request.headers,
    body: tooLarge ? Buffer.alloc(0) : Buffer.concat(chunks),
    tooLarge,
  };
}

function send(response: ServerResponse, delivery: Delivery, reset: () => void): void {
  const { status, headers, bytes, ending } = delivery;
  if (ending === 'hang') return;
  if (ending === 'reset') return reset();
  const bodiless = status === 204 || status === 304;
  response.writeHead(status, bodiless ? headers : { ...headers, 'content-length': bytes.length });
  if (ending === 'whole') {
    response.end(bodiless ? undefined : bytes);
    return;
  }
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  response.flushHeaders();
  if (half.length > 0) response.write(half, breakOff);
  else breakOff();

  // Not at once: what was written must leave first.
  function breakOff(): void {
    if (ending === 'reset-after-headers') setImmediate(reset);
    if (ending === 'cut-body') setImmediate(() => response.socket?.end());
  }
}
