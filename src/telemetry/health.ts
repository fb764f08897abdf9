import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
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

/** Serves `/metrics`, and `/livez`, `/readyz` and `/healthz`, until the signal aborts. */
export async function startHttpServers(
  options: HttpServersOptions,
  signal: AbortSignal,
): Promise<HttpServers> {
  const { registry, livez, readyz } = options;
  const metrics = await listen(options.metricsBindAddress, (request, response) => {
    if (request.url?.split('?')[0] !== '/metrics') return answer(response, 404, 'not found');
    registry.metrics().then(
      (text) => answer(response, 200, text, registry.contentType),
      () => answer(response, 500, 'the metrics cannot be collected'),
    );
  });
  const health = await listen(options.healthProbeBindAddress, (request, response) => {
    const path = request.url?.split('?')[0];
    if (path === '/livez' || path === '/healthz') return probe(response, livez());
    if (path === '/readyz') return probe(response, readyz());
    answer(response, 404, 'not found');
  });

  const servers = [metrics, health].filter((server) => server !== undefined);
  const done = Promise.all(servers.map((server) => closeOnAbort(server, signal))).then(() => {});
  return { addresses: { metrics: addressOf(metrics), health: addressOf(health) }, done };
}

async function listen(address: string, handle: RequestListener): Promise<Server | undefined> {
  if (address === '' || address === '0') return undefined;
  const { host, port } = parseAddress(address);
  const server = createServer(
    { requestTimeout: 10_000, headersTimeout: 5_000 },
    (request, response) => {
      if (request.method === 'GET' || request.method === 'HEAD') return handle(request, response);
      response.setHeader('allow', 'GET, HEAD');
      answer(response, 405, 'method not allowed');
    },
  );
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

function probe(response: Parameters<RequestListener>[1], checks: readonly Check[]): void {
  const failing = checks.filter(({ ok }) => !ok);
  const lines = checks.map(({ name, ok }) => `${name}: ${ok ? 'ok' : 'failing'}`);
  answer(response, failing.length === 0 ? 200 : 503, lines.join('\n'));
}

function answer(
  response: Parameters<RequestListener>[1],
  status: number,
  text: string,
  contentType = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': contentType }).end(`${text}\n`);
}

async function closeOnAbort(server: Server, signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
  server.close();
  server.closeAllConnections();
  if (server.listening) await once(server, 'close');
}

function addressOf(server: Server | undefined): string | undefined {
  if (server === undefined) return undefined;
  const { address, family, port } = server.address() as AddressInfo;
  return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
}
