import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { certificates } from '../../sandbox/certificates.ts';

/** One request, as the server saw it. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface ScriptedServer {
  /** Host and port. */
  readonly host: string;
  readonly seen: readonly Seen[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** A JWT as the token endpoint gives it; nobody checks it. */
export const JWT = [{ alg: 'none' }, { scope: 'read:organizations' }]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .concat('signature')
  .join('.');

/** An HTTPS server on loopback that grants every token and answers the rest as `answer` says. */
export async function startScriptedServer(
  answer: (seen: Seen, response: ServerResponse, number: number) => void,
  options: { readonly token?: (response: ServerResponse, seen: Seen) => void } = {},
): Promise<ScriptedServer> {
  const { cert, key } = await certificates();
  const seen: Seen[] = [];
  const server = createServer({ cert, key }, (request, response) => {
    void serve(request, response);
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { method = '', url = '', headers } = request;
    const one = { method, url, headers, body: Buffer.concat(chunks).toString() };
    if (url === '/oauth/token') {
      if (options.token) return options.token(response, one);
      return json(response, { access_token: JWT, expires_in: 86_400, token_type: 'Bearer' });
    }
    seen.push(one);
    answer(one, response, seen.length);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    host: `127.0.0.1:${address.port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Answers with JSON. */
export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
