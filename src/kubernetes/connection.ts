import http, { type Agent } from 'node:http';
import https from 'node:https';
import { createSecureContext } from 'node:tls';
import type { KubeConfig } from '@kubernetes/client-node';
import type { Clock } from '../time/clock.ts';
import { connectInTurn } from './connect-in-turn.ts';
import { orAbort } from './deadline.ts';
import { LeaseLost } from './held-lease.ts';
import { readIdentity, type Identity } from './identity.ts';
import { KubernetesError, networkError } from './kubernetes-error.ts';
import { isInNoProxyNetwork, proxySettings, ProxySettingsError } from './proxy-settings.ts';
import { sendRequest, type HttpAnswer } from './send-request.ts';

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
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
  /** Drops all connections. */
  close(): Promise<void>;
}

/** client-go's time until the first keep-alive probe. */
const KEEP_ALIVE_PROBE_MS = 30_000;

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
  const takeTurn = connectInTurn(clock);
  const url = new URL(cluster.server);
  const basePath = url.pathname.replace(/\/+$/, '');
  /** Those with connections; at most one of them takes new requests. */
  const agents = new Set<Agent>();
  let current: { readonly fingerprint: string; readonly agent: Agent } | undefined;
  let reading: Promise<Identity> | undefined;

  function identify(): Promise<Identity> {
    // Callers at the same moment share one answer: it may cost the start of a program.
    reading ??= readIdentity(kubeConfig).finally(() => {
      reading = undefined;
    });
    return reading;
  }

  function agentFor(identity: Identity): Agent {
    const fingerprint = Object.values(identity.tls).map(String).join('\n');
    if (current !== undefined && current.fingerprint !== fingerprint) retire(current.agent);
    if (current === undefined) {
      current = { fingerprint, agent: createAgent(url, cluster?.proxyUrl, identity) };
      agents.add(current.agent);
    }
    return current.agent;
  }

  /** What is in flight goes on; what follows gets new connections. */
  function retire(agent: Agent): void {
    if (current?.agent !== agent) return;
    current = undefined;
    agent.maxFreeSockets = 0;
    for (const sockets of Object.values(agent.freeSockets)) {
      for (const socket of sockets ?? []) socket.destroy();
    }
    for (const each of agents) if (Object.keys(each.sockets).length === 0) agents.delete(each);
  }

  return {
    server: url.origin,
    async send({ method, path, headers, body }, signal) {
      const identity = await orAbort(identify(), signal);
      const agent = usable(() => agentFor(identity));
      signal.addEventListener(
        'abort',
        () => {
          if (signal.reason instanceof KubernetesError) retire(agent);
        },
        { once: true },
      );
      const at = new URL(basePath + path, url);
      const options = {
        agent,
        method,
        headers: { ...headers, ...identity.headers },
        body,
        takeTurn,
        mayGo: () => {
          if (method !== 'GET') mayWrite();
        },
      };
      return orAbort(sendRequest(at, options, signal), signal).catch((error: unknown) => {
        signal.throwIfAborted();
        throw error instanceof LeaseLost ? error : networkError(url.origin, error);
      });
    },
    async close() {
      current = undefined;
      for (const agent of agents) agent.destroy();
      agents.clear();
    },
  };
}

/** Certificates and keys are looked at only when a connection is prepared. */
function usable(agent: () => Agent): Agent {
  try {
    return agent();
  } catch (error) {
    if (error instanceof ProxySettingsError) throw error;
    throw new KubernetesError(
      'CredentialsUnavailable',
      'The certificates and keys for the Kubernetes API server are not what the kubeconfig says, PEM. Check its certificate-authority, client-certificate and client-key.',
      { transient: true },
    );
  }
}

function createAgent(server: URL, proxyUrl: string | undefined, { tls, agent }: Identity): Agent {
  // Of all the agents only that of client-node speaks SOCKS.
  if (proxyUrl?.startsWith('socks') && agent !== undefined) return agent;
  const options = {
    keepAlive: true,
    keepAliveMsecs: KEEP_ALIVE_PROBE_MS,
    timeout: IDLE_CONNECTION_MS,
    proxyEnv: proxyEnvironment(server, proxyUrl),
  };
  if (server.protocol === 'http:') return new http.Agent(options);
  // Made once: a context for each connection costs 100 KB and most of the handshake's time.
  return new https.Agent({ ...options, ...tls, secureContext: createSecureContext(tls) });
}

/** HTTPS_PROXY does not concern this machine itself (as in Go), nor the pod's own API server. */
function proxyEnvironment({ hostname }: URL, proxyUrl: string | undefined): Record<string, string> {
  if (proxyUrl !== undefined) return { HTTP_PROXY: proxyUrl, HTTPS_PROXY: proxyUrl };
  const host = hostname.replace(/^\[|\]$/g, '');
  const isNear =
    host === 'localhost' ||
    host === '::1' ||
    host.startsWith('127.') ||
    host === process.env['KUBERNETES_SERVICE_HOST'] ||
    isInNoProxyNetwork(host);
  return isNear ? {} : { ...proxySettings() };
}
