import { EnvHttpProxyAgent, fetch as undiciFetch } from 'undici';
import type { Clock } from '../time/clock.ts';

/** The fetch function that requests go through, as a parameter. */
export type Fetch = typeof globalThis.fetch;

/** One complete answer of Auth0. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed JSON; undefined when the body is empty. */
  readonly body: unknown;
  /** Whether the body is JSON, or empty where that is right (204). */
  readonly readable: boolean;
}

/** The whole request, body included. A stop may wait this long for a request in flight. */
export const REQUEST_TIMEOUT_MS = 20_000;

/** 50 organizations with 25 keys of metadata are 0.7 MB; Auth0 takes bodies of at most 1 MB. */
const LARGEST_BODY_BYTES = 8 * 1024 * 1024;

/**
 * Sends one request and reads the whole answer, bounded in time and size. Rejects when there is no
 * complete answer: network, time-out, a body that is cut or too large. Redirects are not followed:
 * the request carries credentials. It is not aborted by anyone's signal, because a write that is cut
 * off in flight may have been made all the same.
 */
export async function exchange(
  fetch: Fetch,
  url: string | URL,
  init: RequestInit,
  clock: Clock,
): Promise<Answer> {
  const timeout = new AbortController();
  const timer = new AbortController();
  clock.sleep(REQUEST_TIMEOUT_MS, timer.signal).then(
    () => timeout.abort(new Error('no complete answer in time')),
    () => {},
  );
  try {
    const { signal } = timeout;
    const response = await fetch(url, { ...init, redirect: 'manual', signal });
    const text = await readBounded(response, signal);
    return { status: response.status, headers: response.headers, ...parse(text, response.status) };
  } finally {
    timer.abort();
  }
}

async function readBounded(response: Response, signal: AbortSignal): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  // A body that was handed over before the time was up does not end by itself when it is.
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  aborted.catch(() => {});
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), aborted]);
      if (done) return Buffer.concat(chunks).toString();
      size += value.byteLength;
      if (size > LARGEST_BODY_BYTES) throw new Error('the answer is too large');
      chunks.push(value);
    }
  } catch (error) {
    void reader.cancel().catch(() => {});
    throw error;
  }
}

function parse(text: string, status: number): Pick<Answer, 'body' | 'readable'> {
  if (text === '') return { body: undefined, readable: status === 204 };
  try {
    return { body: JSON.parse(text) as unknown, readable: true };
  } catch {
    return { body: undefined, readable: false };
  }
}

/**
 * The fetch of this process for Auth0: connections are kept and shared, TLS is 1.2 or newer, and
 * HTTPS_PROXY and NO_PROXY are obeyed.
 */
export function openFetch(): Fetch {
  const dispatcher = new EnvHttpProxyAgent({
    allowH2: false,
    keepAliveTimeout: 30_000,
    connect: { minVersion: 'TLSv1.2', timeout: 10_000 },
  });
  return ((url: string, init: object) =>
    undiciFetch(url, { ...init, dispatcher })) as unknown as Fetch;
}
