import type { IncomingHttpHeaders } from 'node:http';

/** One request, read to its end. */
export interface Call {
  readonly method: string;
  /** The path as sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Empty when `tooLarge`. */
  readonly body: Buffer;
  /** The body was longer than the server's limit; it was read to its end and thrown away. */
  readonly tooLarge: boolean;
}

/** What a service answers. A body is sent as JSON; bytes are sent as they are, as JSON too. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Where a call leads. */
export interface Route {
  /** The path with its parameters by name, such as `/api/v2/organizations/{id}`. */
  readonly template: string;
  /** The rate-limited family or a short name, under which requests are counted. */
  readonly endpoint: string;
  answer(call: Call): Answer | Promise<Answer>;
}

/** A service behind a sandbox's server: finds the route of every call, unknown paths included. */
export type Router = (call: Call) => Route;
