import { inRequestSpan } from '../telemetry/request-span.ts';
import { NO_LONGER_NEEDED, type Clock } from '../time/clock.ts';
import type { Fetch, FetchedResponse } from './fetch.ts';
import type { ResponseHeaders } from './pacing/headers.ts';
import { pathTemplate } from './path-template.ts';

/** A request, ready to be sent. */
export interface HttpRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
  /** As of `Fetch`. */
  readonly beforeSending?: () => void;
}

/** One complete answer of Auth0. */
export interface Answer {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** The parsed JSON; undefined when the body is empty or no JSON. */
  readonly body: unknown;
  /** Whether the body is JSON, or empty where that is right (204). */
  readonly readable: boolean;
}

/** Why there is no complete answer, where the network gives no code for it. */
export class Incomplete extends Error {
  override readonly name = 'Incomplete';
}

/** The whole request, body included. A stop may wait this long for a request in flight. */
export const REQUEST_TIMEOUT_MS = 20_000;

/** 50 organizations with 25 keys of metadata are at most 2 MB; Auth0 takes bodies of at most 1 MB. */
const LARGEST_BODY_BYTES = 8 * 1024 * 1024;

/**
 * Sends one request and reads the whole answer, bounded in time and size. Rejects when there is no
 * complete answer: network, time-out, a body that is cut or too large. Redirects are not followed:
 * the request carries credentials. Only requests that change nothing are given a `signal`: a write
 * that is cut off in flight may have been made all the same.
 */
export function exchange(
  fetch: Fetch,
  request: HttpRequest,
  clock: Clock,
  signal?: AbortSignal,
): Promise<Answer> {
  const url = new URL(request.url);
  const traced = { method: request.method, url, template: pathTemplate(url.pathname) };
  return inRequestSpan(traced, async (outcome) => {
    const answer = await send(fetch, request, clock, signal);
    outcome.answered(answer.status);
    return answer;
  });
}

async function send(
  fetch: Fetch,
  { url, ...init }: HttpRequest,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const end = new AbortController();
  const timer = new AbortController();
  const stop = () => end.abort(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener('abort', stop, { once: true });
  clock.sleep(REQUEST_TIMEOUT_MS, timer.signal).then(
    () => end.abort(new Incomplete('no complete answer in time')),
    () => {},
  );
  try {
    const response = await fetch(url, {
      method: init.method,
      headers: init.headers,
      body: init.body ?? null,
      redirect: 'manual',
      beforeSending: init.beforeSending,
      signal: end.signal,
    });
    const bytes = await readBounded(response, end.signal);
    const { status, headers } = response;
    return { status, headers, ...parse(bytes, status) };
  } finally {
    signal?.removeEventListener('abort', stop);
    timer.abort(NO_LONGER_NEEDED);
  }
}

async function readBounded(response: FetchedResponse, signal: AbortSignal): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  // A body that was handed over before the time was up does not end by itself when it is.
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  aborted.catch(() => {});
  const reader = response.body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.next(), aborted]);
      if (done === true) return Buffer.concat(chunks);
      // Counted after decompression.
      size += value.byteLength;
      if (size > LARGEST_BODY_BYTES) throw new Incomplete('the answer is too large');
      chunks.push(value);
    }
  } catch (error) {
    // Not awaited: it may wait for what never comes.
    reader.return?.().catch(() => {});
    throw error;
  }
}

function parse(bytes: Uint8Array, status: number): Pick<Answer, 'body' | 'readable'> {
  if (bytes.byteLength === 0) return { body: undefined, readable: status === 204 };
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { body: JSON.parse(text) as unknown, readable: true };
  } catch {
    return { body: undefined, readable: false };
  }
}
