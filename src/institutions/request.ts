import { Agent } from 'node:https';
import type { Readable } from 'node:stream';
import axios, { type AxiosAdapter, type AxiosResponse } from 'axios';
import { proxySettings } from '../kubernetes/proxy-settings.ts';
import { inRequestSpan, type RequestOutcome } from '../telemetry/request-span.ts';
import type { Clock } from '../time/clock.ts';
import { type Failure, oversized, refused, timedOut, unreachable, unreadable } from './failure.ts';

/** Where requests go and how they are watched. */
export interface Connection {
  /** The endpoint as people read it: without query and credentials. */
  readonly where: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly httpsAgent: Agent | undefined;
  /** In place of the network. */
  readonly adapter: AxiosAdapter | undefined;
  /** For the whole request, from the name's resolution to the last byte of the body. */
  readonly timeoutMs: number;
  /** Called for each request with the answer's status, or `error` where there was none. */
  readonly onRequest: (code: string) => void;
}

/** A request's outcome: what was read, word that it has not changed, or why there is neither. */
export type Answer<T> =
  | { readonly kind: 'read'; readonly value: T; readonly etag: string | undefined }
  | { readonly kind: 'unchanged' }
  | ({ readonly kind: 'failure' } & Failure);

/** Makes something of an answer's body while it arrives; throws when the body is unusable. */
export type BodyReader<T> = (body: AsyncIterable<Uint8Array>) => Promise<T>;

/** For a page's body after decompression; a real page of 4,000 rows has 1.2 MB. */
const LARGEST_BODY_MB = 64;

/** Longer ones are not sent back: servers refuse requests with headers that large. */
const LONGEST_ETAG = 1_024;

let shared: Agent | undefined;

/**
 * One for all sources of the process, by the HTTPS_PROXY and NO_PROXY of its first use; idle
 * connections are closed after 15 seconds, far sooner than the next sync.
 */
function sharedAgent(): Agent {
  return (shared ??= new Agent({
    keepAlive: true,
    minVersion: 'TLSv1.2',
    timeout: 15_000,
    proxyEnv: { ...proxySettings() },
  }));
}

class Oversized extends Error {}

/**
 * Sends one GET, with `If-None-Match` when there is an `etag`, and has the body read. Resolves with
 * every failure that concerns THE; rejects only with the signal's reason, as soon as it aborts. A time
 * limit of axios ends with the headers, so a signal covers the whole request.
 */
export async function request<T>(
  connection: Connection,
  url: URL,
  etag: string | undefined,
  readBody: BodyReader<T>,
  signal: AbortSignal,
): Promise<Answer<T>> {
  signal.throwIfAborted();
  const traced = { method: 'GET', url, template: url.pathname };
  return inRequestSpan(traced, (outcome) => send(connection, url, etag, readBody, outcome, signal));
}

async function send<T>(
  connection: Connection,
  url: URL,
  etag: string | undefined,
  readBody: BodyReader<T>,
  outcome: RequestOutcome,
  signal: AbortSignal,
): Promise<Answer<T>> {
  const { where, timeoutMs } = connection;
  const limit = AbortSignal.timeout(timeoutMs);
  let response: AxiosResponse<Readable> | undefined;
  try {
    response = await axios.get<Readable>(url.href, {
      headers: {
        Accept: 'application/json',
        'Accept-Encoding': 'gzip, deflate, br',
        'User-Agent': 'institution-sync',
        ...(etag === undefined ? {} : { 'If-None-Match': etag }),
      },
      // It knows the proxy. With `proxy: false` axios would put an agent of its own in its place.
      httpsAgent: connection.httpsAgent ?? sharedAgent(),
      ...(connection.adapter === undefined ? {} : { adapter: connection.adapter }),
      maxRedirects: 0,
      responseType: 'stream',
      signal: AbortSignal.any([signal, limit]),
      validateStatus: null,
    });
    outcome.answered(response.status);
    if (response.status !== 200) return withoutPage(connection, response, url);
    const value = await readBody(bounded(response.data));
    return { kind: 'read', value, etag: etagOf(header(response, 'etag')) };
  } catch (error) {
    signal.throwIfAborted();
    outcome.failed(limit.aborted ? limit.reason : error);
    if (limit.aborted) return failure(timedOut(where, timeoutMs));
    if (response === undefined) return failure(unreachable(where, error));
    if (error instanceof Oversized) return failure(oversized(where, LARGEST_BODY_MB));
    return failure(unreadable(where, response.status, error));
  } finally {
    connection.onRequest(response === undefined ? 'error' : String(response.status));
  }
}

function withoutPage<T>(
  { where, clock }: Connection,
  response: AxiosResponse<Readable>,
  url: URL,
): Answer<T> {
  const { status, data } = response;
  if (status === 304) {
    data.resume();
    return { kind: 'unchanged' };
  }
  data.destroy();
  if (status < 300) return failure(unreadable(where, status, undefined));
  const retryAfterMs = delayOf(header(response, 'retry-after'), clock.now());
  const redirectHost = hostOf(header(response, 'location'), url);
  return failure(refused(where, status, { retryAfterMs, redirectHost }));
}

/** Counts bytes after decompression, so that no bomb gets through. */
async function* bounded(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > LARGEST_BODY_MB * 1024 * 1024) throw new Oversized();
    yield chunk;
  }
}

function failure(why: Failure): { readonly kind: 'failure' } & Failure {
  return { kind: 'failure', ...why };
}

function header(response: AxiosResponse, name: string): string | undefined {
  const value: unknown = response.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function etagOf(value: string | undefined): string | undefined {
  return value === undefined || value === '' || value.length > LONGEST_ETAG ? undefined : value;
}

/** `Retry-After` is a number of seconds or a date (RFC 9110, 10.2.3). */
function delayOf(value: string | undefined, now: number): number {
  if (value === undefined) return 0;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const until = Date.parse(value);
  return Number.isNaN(until) ? 0 : Math.max(0, until - now);
}

/** The name of a host has at most 253 characters; what is longer says nothing to anybody. */
const LONGEST_HOST = 253 + ':65535'.length;

function hostOf(location: string | undefined, base: URL): string | undefined {
  if (location === undefined || !URL.canParse(location, base.href)) return undefined;
  const { host } = new URL(location, base.href);
  return host.length > LONGEST_HOST ? undefined : host;
}
