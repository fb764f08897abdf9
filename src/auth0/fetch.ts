import { EnvHttpProxyAgent, fetch as undiciFetch } from 'undici';
import { leaveToSend } from '../kubernetes/leave-to-send.ts';

/** The fetch function that requests go through: as much of the standard one as is used. */
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
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array> | null;
}

/** Idle connections are closed before Auth0's edge would, so that no request meets a closing one. */
const KEEP_ALIVE_MS = 30_000;
const TLS = { minVersion: 'TLSv1.2' } as const;

let shared: Fetch | undefined;

/** The fetch of this process for Auth0: all tenants share its connections. */
export function sharedFetch(): Fetch {
  return (shared ??= openFetch());
}

/**
 * A fetch that keeps its connections, takes TLS 1.2 or newer, and obeys the HTTPS_PROXY and NO_PROXY
 * of this moment.
 */
export function openFetch(): Fetch {
  const dispatcher = new EnvHttpProxyAgent({
    allowH2: false,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connect: TLS,
    requestTls: TLS,
  });
  return (url, { beforeSending, ...init }) =>
    undiciFetch(url, {
      ...init,
      dispatcher: beforeSending ? dispatcher.compose(leaveToSend(beforeSending)) : dispatcher,
    });
}
