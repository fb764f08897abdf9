import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';

/** One thing that a probe asks about. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
}

export interface HttpServersOptions {
  /** `:8080`, `127.0.0.1:8080`, port 0 for any free one; `0` or empty: none. */
  readonly metricsBindAddress: string;
  readonly healthProbeBindAddress: string;
  readonly registry: Registry;
  /** Whether the process works, so that it need not be restarted. */
  readonly livez: () => readonly Check[];
  /** Whether the process takes part. */
  readonly readyz: () => readonly Check[];
}

export interface HttpServers {
  /** `host:port` of each server that listens. */
  readonly addresses: { readonly metrics: string | undefined; readonly health: string | undefined };
  /** Resolves when the signal has aborted and both servers are closed. */
  readonly done: Promise<void>;
}

/**
 * Serves `/metrics`, and `/livez`, `/readyz` and `/healthz`, until the signal aborts; then what is
 * under way is cut off. A probe answers `ok`, or 503 and the names of the checks that fail, one a
 * line; with `?verbose` all checks. Rejects, with nothing left open, when an address cannot be had.
 */
export async function startHttpServers(
  options: HttpServersOptions,
  signal: AbortSignal,
): Promise<HttpServers> {
  signal.throwIfAborted();
  const { registry, livez, readyz } = options;
  const metrics = await listen(options.metricsBindAddress, (path, _verbose, response) => {
    if (path !== '/metrics') return answer(response, 404, 'not found\n');
    registry.metrics().then(
      (text) => answer(response, 200, text, registry.contentType),
      () => answer(response, 500, 'the metrics cannot be collected\n'),
    );
  });
  const health = await listen(options.healthProbeBindAddress, (path, verbose, response) => {
    if (path === '/livez' || path === '/healthz') return probe(response, livez, verbose);
    if (path === '/readyz') return probe(response, readyz, verbose);
    answer(response, 404, 'not found\n');
  }).catch((error: unknown) => {
    metrics?.close();
    throw error;
  });
  return {
    addresses: { metrics: addressOf(metrics), health: addressOf(health) },
    done: closeOnAbort([metrics, health], signal),
  };
}

type Handler = (path: string, verbose: boolean, response: ServerResponse) => void;

async function listen(address: string, handle: Handler): Promise<Server | undefined> {
  if (address === '' || address === '0') return undefined;
  const { host, port } = parseAddress(address);
  const serve: RequestListener = ({ method, url }, response) => {
    const [path = '', query] = (url ?? '').split('?', 2);
    const verbose = new URLSearchParams(query).has('verbose');
    if (method === 'GET' || method === 'HEAD') return handle(path, verbose, response);
    response.setHeader('allow', 'GET, HEAD');
    answer(response, 405, 'method not allowed\n');
  };
  const limits = {
    requestTimeout: 10_000,
    headersTimeout: 5_000,
    // Without it, Node looks for requests that take too long every 30 seconds only.
    connectionsCheckingInterval: 5_000,
  };
  const server = createServer(limits, serve);
  server.listen({ port, ...(host === '' ? {} : { host }) });
  await once(server, 'listening');
  return server;
}

/** Throws a RangeError for what is no address. */
function parseAddress(address: string): { host: string; port: number } {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(address) ?? [];
  const number = Number(port);
  if (port === '' || number > 65_535) {
    throw new RangeError(`"${address}" is not an address such as :8080 or 127.0.0.1:8080`);
  }
  return { host: host.replace(/^\[|\]$/g, ''), port: number };
}

/** A check that throws must not end the process: the probe fails and says so. */
function probe(response: ServerResponse, run: () => readonly Check[], verbose: boolean): void {
  let checks: readonly Check[];
  try {
    checks = run();
  } catch {
    checks = [{ name: 'checks', ok: false }];
  }
  const failing = checks.filter(({ ok }) => !ok);
  const lines = verbose
    ? checks.map(({ name, ok }) => `${name}: ${ok ? 'ok' : 'failing'}`)
    : failing.map(({ name }) => name);
  if (failing.length === 0) lines.push('ok');
  answer(response, failing.length === 0 ? 200 : 503, `${lines.join('\n')}\n`);
}

function answer(
  response: ServerResponse,
  status: number,
  text: string,
  contentType = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  response.end(text);
}

async function closeOnAbort(
  servers: readonly (Server | undefined)[],
  signal: AbortSignal,
): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
  await Promise.all(servers.map(close));
}

async function close(server: Server | undefined): Promise<void> {
  if (server === undefined) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

function addressOf(server: Server | undefined): string | undefined {
  const address = server?.address();
  if (address === null || address === undefined || typeof address === 'string') return undefined;
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `${host}:${address.port}`;
}
