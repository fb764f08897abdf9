import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { certificates } from '../certificates.ts';
import { readSpans, type ReceivedSpan } from './spans.ts';

/** A collector of traces: it takes OTLP over HTTPS, as protobuf, and remembers the spans. */
export interface Collector extends AsyncDisposable {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string;
  /** All so far, the earlier exports first. */
  readonly spans: readonly ReceivedSpan[];
  /** Of each export. */
  readonly requests: readonly { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  /** From now on exports are answered with this status; 0: not at all. */
  answerWith(status: number): void;
}

/** Starts a collector on loopback, on a free port. */
export async function startCollector(): Promise<Collector> {
  const { cert, key } = await certificates();
  const spans: ReceivedSpan[] = [];
  const requests: { path: string; headers: IncomingHttpHeaders }[] = [];
  const sockets = new Set<Duplex>();
  let status = 200;
  const server = createServer({ cert, key }, (request, response) => {
    void take(request, response);
  });

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const { url = '', headers } = request;
    requests.push({ path: url, headers });
    if (status === 0) return;
    if (status === 200) {
      const isZipped = headers['content-encoding'] === 'gzip';
      spans.push(...readSpans(isZipped ? gunzipSync(body) : body));
    }
    response.writeHead(status, { 'content-type': 'application/x-protobuf' }).end();
  }
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    spans,
    requests,
    answerWith(next) {
      status = next;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
