import http, { type Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import type { TakeTurn } from './connect-in-turn.ts';
import { sendWithLeave } from './leave-to-send.ts';

/** An answer whose body is still to be read. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  /** Fails when the connection breaks, and with the reason of the request's signal once it aborts. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface SendOptions {
  readonly agent: Agent;
  readonly method: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string | undefined;
  readonly takeTurn: TakeTurn;
  /** Asked when the bytes are about to go out; what it throws keeps them back. */
  readonly mayGo: () => void;
}

/**
 * Sends one request, on a connection that is idle or on a new one, which is made in turn. Rejects
 * with Node's own error, or with the signal's reason. Follows no redirect.
 */
export async function sendRequest(
  url: URL,
  { agent, method, headers, body, takeTurn, mayGo }: SendOptions,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const endTurn = hasIdleSocket(agent) ? () => {} : await takeTurn(signal);
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  // Without it Node sends no body with DELETE.
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  const { request } = url.protocol === 'http:' ? http : https;
  const sending = request(url, { agent, method, headers: { ...headers, ...length }, signal })
    .on('response', (answer) => {
      const { statusCode = 0, headers } = answer;
      resolve({ statusCode, headers, body: withReason(answer, signal) });
    })
    .on('error', reject)
    .on('close', endTurn);
  sendWithLeave(sending, body, () => {
    endTurn();
    mayGo();
  });
  return promise;
}

async function* withReason(
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

function hasIdleSocket({ freeSockets }: Agent): boolean {
  return Object.values(freeSockets).some((sockets) => (sockets ?? []).length > 0);
}
