import { createSecureContext } from 'node:tls';
import type { KubeConfig } from '@kubernetes/client-node';
import { Agent, buildConnector, EnvHttpProxyAgent, ProxyAgent, type Dispatcher } from 'undici';
import type { Clock } from '../time/clock.ts';
import { connectInTurn } from './connect-in-turn.ts';
import { orAbort } from './deadline.ts';
import { LeaseLost } from './held-lease.ts';
import { readIdentity, type Identity } from './identity.ts';
import { KubernetesError, networkError } from './kubernetes-error.ts';
import { leaveToSend } from './leave-to-send.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query, below the server's address. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** HTTP to one API server, authenticated as a kubeconfig says. */
export interface Connection {
  /** The server's address, for messages. */
  readonly server: string;
  /**
   * Resolves with status, headers and the unread body. Rejects with a transient `KubernetesError`,
   * or with the signal's reason; the signal also ends the body.
   */
  send(request: HttpRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData>;
  /** Drops all connections. */
  close(): Promise<void>;
}

/** client-go's 30 s until the first keep-alive probe, and 10 s to connect. */
const SOCKET = { keepAlive: true, keepAliveInitialDelay: 30_000, timeout: 10_000 };

/** Shorter than the 90 s after which an API server closes an idle connection. */
const IDLE_CONNECTION_MS = 60_000;

/**
 * Opens nothing yet. The identity is read for every request, so that rotated tokens and certificates
 * are taken up. Connections are kept alive and shared, until certificates change or a request times
 * out: then its neighbours may be dead too, and what follows gets new ones. Each watch has a
 * connection of its own (HTTP/1.1), so one that hangs holds up no other. `mayWrite` is asked when the
 * bytes of a write are about to go out; what it throws keeps them back.
 */
export function openConnection(
  kubeConfig: KubeConfig,
  clock: Clock,
  mayWrite: () => void = () => {},
): Connection {
  const cluster = kubeConfig.getCurrentCluster();
  if (cluster === null) throw new Error('The kubeconfig has no current cluster.');
  const { proxyUrl } = cluster;
  const url = new URL(cluster.server);
  const basePath = url.pathname.replace(/\/+$/, '');
  /** Those with requests in flight; at most one of them takes new requests. */
  const agents = new Set<Dispatcher>();
  let current: { readonly fingerprint: string; readonly agent: Dispatcher } | undefined;
  let reading: Promise<Identity> | undefined;

  function identify(): Promise<Identity> {
    // Callers at the same moment share one answer: it may cost the start of a program.
    reading ??= readIdentity(kubeConfig).finally(() => {
      reading = undefined;
    });
    return reading;
  }

  function agentFor({ tls }: Identity): Dispatcher {
    const fingerprint = Object.values(tls).map(String).join('\n');
    if (current !== undefined && current.fingerprint !== fingerprint) retire(current.agent);
    if (current === undefined) {
      const agent = createAgent(url, proxyUrl, tls, clock);
      current = {
        fingerprint,
        agent: agent.compose(leaveToSend((method) => method === 'GET' || mayWrite())),
      };
      agents.add(current.agent);
    }
    return current.agent;
  }

  /** What is in flight goes on; what follows gets new connections. */
  function retire(agent: Dispatcher): void {
    if (current?.agent !== agent) return;
    current = undefined;
    agent.close().then(
      () => agents.delete(agent),
      () => {},
    );
  }

  return {
    server: url.origin,
    async send({ method, path, headers, body }, signal) {
      const identity = await orAbort(identify(), signal);
      const agent = agentFor(identity);
      signal.addEventListener(
        'abort',
        () => {
          if (signal.reason instanceof KubernetesError) retire(agent);
        },
        { once: true },
      );
      const answer = agent.request({
        origin: url.origin,
        path: basePath + path,
        method,
        headers: { ...headers, ...identity.headers },
        body: body ?? null,
        signal,
        // The caller watches over time, also over that of a body without end.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      // While it connects, undici does not listen to the signal.
      return orAbort(answer, signal).catch((error: unknown) => {
        signal.throwIfAborted();
        throw error instanceof LeaseLost ? error : networkError(url.origin, error);
      });
    },
    async close() {
      current = undefined;
      await Promise.all(Array.from(agents, (agent) => agent.destroy()));
    },
  };
}

function createAgent(
  server: URL,
  proxyUrl: string | undefined,
  tls: Identity['tls'],
  clock: Clock,
): Dispatcher {
  // Made once: a context for each connection costs 100 KB and most of the handshake's time.
  const secureContext = createSecureContext(tls);
  const socket = { ...SOCKET, ...tls, secureContext, allowH2: false };
  const options = {
    allowH2: false,
    keepAliveTimeout: IDLE_CONNECTION_MS,
    connect: connectInTurn(buildConnector(socket), clock),
    requestTls: socket,
  };
  if (proxyUrl !== undefined) return new ProxyAgent({ ...options, uri: proxyUrl });
  return isNear(server.hostname) ? new Agent(options) : new EnvHttpProxyAgent(options);
}

/** HTTPS_PROXY does not concern this machine itself (as in Go), nor the pod's own API server. */
function isNear(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return (
    host === 'localhost' ||
    host === '::1' ||
    host.startsWith('127.') ||
    host === process.env['KUBERNETES_SERVICE_HOST']
  );
}
