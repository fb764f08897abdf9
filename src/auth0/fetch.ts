import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { pipeline, type Duplex } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { sendWithLeave } from '../kubernetes/leave-to-send.ts';
import { proxySettings } from '../kubernetes/proxy-settings.ts';
import type { ResponseHeaders } from './pacing/headers.ts';

/**
 * The fetch function that requests go through: as much of the standard one as is used. It follows no
 * redirect, and rejects once the signal aborts.
 */
export type Fetch = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body: string | null;
    readonly redirect: 'manual';
    readonly signal: AbortSignal;
    /** Called when the bytes are about to go out, after any wait for a connection; throws to keep them. */
    readonly beforeSending?: (() => void) | undefined;
  },
) => Promise<FetchedResponse>;

export interface FetchedResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** Unpacked; it ends with an error once the request's signal aborts. */
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** Idle connections are closed before Auth0's edge would, so that no request meets a closing one. */
const KEEP_ALIVE_MS = 30_000;

let shared: Fetch | undefined;

/** The fetch of this process for Auth0: all tenants share its connections. */
export function sharedFetch(): Fetch {
  return (shared ??= openFetch());
}

/**
 * A fetch that keeps its connections, takes TLS 1.2 or newer, and obeys the HTTPS_PROXY and NO_PROXY
 * of this moment. Throws a ProxySettingsError when they cannot be used. It stands on Node's own client: a second one would cost every process 20 MB.
 */
export function openFetch(): Fetch {
  const agent = new Agent({
    keepAlive: true,
    timeout: KEEP_ALIVE_MS,
    minVersion: 'TLSv1.2',
    proxyEnv: { ...proxySettings() },
  });
  return (url, { method, headers, body, signal, beforeSending = () => {} }) => {
    const { promise, resolve, reject } = Promise.withResolvers<FetchedResponse>();
    const asked = { ...headers, 'accept-encoding': 'gzip, deflate, br' };
    const sending = request(url, { agent, method, headers: asked, signal })
      .on('response', (response) => resolve(fetched(response)))
      .on('error', (error) => reject(signal.aborted ? signal.reason : error));
    sendWithLeave(sending, body ?? undefined, beforeSending);
    return promise;
  };
}

function fetched(response: IncomingMessage): FetchedResponse {
  return {
    status: response.statusCode ?? 0,
    headers: { get: (name) => response.headers[name.toLowerCase()]?.toString() ?? null },
    body: unpacked(response),
  };
}

function unpacked(response: IncomingMessage): AsyncIterable<Uint8Array> {
  const unpack = UNPACKERS[response.headers['content-encoding']?.toLowerCase() ?? ''];
  // Whoever reads the body is told of what breaks it.
  return unpack === undefined ? response : pipeline(response, unpack(), () => {});
}

const UNPACKERS: Readonly<Record<string, () => Duplex>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};
