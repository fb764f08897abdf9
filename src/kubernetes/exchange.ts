import { text as textOf } from 'node:stream/consumers';
import type { z } from 'zod';
import type { Clock } from '../time/clock.ts';
import type { Connection, HttpRequest } from './connection.ts';
import { withDeadline } from './deadline.ts';
import { answerError, invalidAnswerError, networkError, timeoutError } from './kubernetes-error.ts';
import { resourcePath, type Collection, type ObjectPath } from './resource.ts';

export interface ApiRequest {
  readonly method: HttpRequest['method'];
  /** What is done, for messages: `list`. */
  readonly verb: string;
  readonly at: Collection | ObjectPath;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly accept?: string;
  readonly body?: object;
  readonly contentType?: string;
}

export interface ExchangeOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly userAgent: string;
  readonly timeoutMs: number;
  readonly onRequest: (code: string, method: string) => void;
}

/** Sends requests and reads their answers; all errors are classified here. */
export interface Exchange {
  /** The answer's body as `schema` reads it; the whole takes at most the time-out. */
  json<T>(request: ApiRequest, schema: z.ZodType<T>, signal: AbortSignal): Promise<T>;
  /** The answer's body as it comes, for as long as it lasts; the signal ends it. */
  stream(request: ApiRequest, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
}

export function createExchange(options: ExchangeOptions): Exchange {
  const { connection, clock, userAgent, timeoutMs, onRequest } = options;
  const { server } = connection;

  /** Resolves with the unread body of a good answer. */
  async function open(request: ApiRequest, signal: AbortSignal) {
    const { method, verb, at, query = {}, body, contentType = 'application/json' } = request;
    const headers = {
      accept: request.accept ?? 'application/json',
      'user-agent': userAgent,
      ...(body && { 'content-type': contentType }),
    };
    const path = resourcePath(at) + queryString(query);
    const sent = { method, path, headers, ...(body && { body: JSON.stringify(body) }) };
    const answer = await connection.send(sent, signal).catch((error: unknown) => {
      onRequest('<error>', method);
      throw error;
    });
    onRequest(String(answer.statusCode), method);
    if (answer.statusCode < 300) return answer.body;
    const words = await textOf(answer.body).catch(() => '');
    signal.throwIfAborted();
    const retryAfter = Number(answer.headers['retry-after'] ?? Number.NaN);
    throw answerError(`${verb} ${at.resource.plural}`, answer.statusCode, words, retryAfter);
  }

  async function read<T>(request: ApiRequest, schema: z.ZodType<T>, signal: AbortSignal) {
    const body = await open(request, signal);
    const words = await textOf(body).catch((error: unknown) => {
      signal.throwIfAborted();
      throw networkError(server, error);
    });
    try {
      return schema.parse(JSON.parse(words));
    } catch {
      throw invalidAnswerError(server);
    }
  }

  return {
    json(request, schema, signal) {
      const deadline = { clock, ms: timeoutMs, signal, error: () => timeoutError(server) };
      return withDeadline(deadline, (signal) => read(request, schema, signal));
    },
    stream: open,
  };
}

function queryString(query: NonNullable<ApiRequest['query']>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, String(value));
  }
  return search.size === 0 ? '' : `?${search.toString()}`;
}
