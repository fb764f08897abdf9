import { Agent, createServer } from 'node:https';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:net';
import { generate } from 'selfsigned';

/** One request, as the server saw it. */
export interface Seen {
  readonly url: URL;
  readonly limit: number;
  readonly offset: number;
  readonly headers: IncomingMessage['headers'];
  /** From 0, over the life of the server. */
  readonly number: number;
}

export interface TheServer {
  readonly endpoint: string;
  readonly port: number;
  /** Trusts the server's certificate. */
  readonly agent: Agent;
  readonly seen: readonly Seen[];
  [Symbol.asyncDispose](): Promise<void>;
}

const certificate = generate([{ name: 'commonName', value: 'localhost' }], {
  keyType: 'ec',
  extensions: [
    { name: 'basicConstraints', cA: true },
    { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
  ],
});

/** Starts an HTTPS server on loopback that answers as `answer` says, and closes at once. */
export async function startTheServer(
  answer: (seen: Seen, response: ServerResponse) => void,
  tls: { readonly maxVersion?: 'TLSv1.1' | 'TLSv1.2' } = {},
): Promise<TheServer> {
  const { private: key, cert } = await certificate;
  const seen: Seen[] = [];
  const legacy =
    tls.maxVersion === 'TLSv1.1' ? { minVersion: 'TLSv1' as const, ciphers: 'ALL@SECLEVEL=0' } : {};
  const server = createServer({ key, cert, ...legacy, ...tls }, (request, response) => {
    const url = new URL(request.url ?? '/', 'https://localhost');
    const one: Seen = {
      url,
      limit: Number(url.searchParams.get('limit')),
      offset: Number(url.searchParams.get('offset')),
      headers: request.headers,
      number: seen.length,
    };
    seen.push(one);
    answer(one, response);
  });
  const port = await listen(server);
  const agent = new Agent({ ca: cert, keepAlive: true });
  return {
    endpoint: `https://localhost:${port}/refdata/institutions`,
    port,
    agent,
    seen,
    async [Symbol.asyncDispose]() {
      agent.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

/** Listens on a free port of loopback and returns the port. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** `count` rows of institutions, from number `from`. */
export function rowsOf(count: number, from = 0): Record<string, string>[] {
  return Array.from({ length: count }, (_, i) => ({
    iid: `i-${String(from + i).padStart(8, '0')}`,
    name: `Institution ${from + i}`,
    country: 'United Kingdom',
    phone: '',
  }));
}

/** Answers with the rows that were asked for; `rowCount` is the page's own count. */
export function serve(
  rows: readonly unknown[],
  { limit, offset }: Seen,
  response: ServerResponse,
): void {
  const page = rows.slice(offset, offset + limit);
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ rowCount: page.length, rows: page }));
}
