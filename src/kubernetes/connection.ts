import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { Agent, EnvHttpProxyAgent, ProxyAgent, type Dispatcher } from 'undici';
import { KubernetesError, networkError } from './kubernetes-error.ts';

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
   * or with the signal's reason, which also ends the body.
   */
  send(request: HttpRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData>;
  /** Drops all connections. */
  close(): Promise<void>;
}

/** Where client-node puts what a kubeconfig says about TLS and identity. */
interface Identity extends RequestOptions {
  headers?: Record<string, string>;
}

/** Socket settings: client-go's 30 s until the first keep-alive probe; 10 s to connect. */
const SOCKET = { keepAlive: true, keepAliveInitialDelay: 30_000, timeout: 10_000 };

/** Shorter than the 90 s after which an API server closes an idle connection. */
const IDLE_CONNECTION_MS = 60_000;

/**
 * Opens no connection yet. Tokens and certificates are asked of the kubeconfig for every request, so
 * that rotated ones are taken up; connections are shared as long as the certificates stay the same.
 * Each stream of a watch has a connection of its own (HTTP/1.1): one that hangs holds up no other.
 */
export function openConnection(kubeConfig: KubeConfig): Connection {
  const cluster = kubeConfig.getCurrentCluster();
  if (cluster === null) throw new Error('The kubeconfig has no current cluster.');
  const url = new URL(cluster.server);
  const basePath = url.pathname.replace(/\/+$/, '');
  let dispatcher: { readonly fingerprint: string; readonly agent: Dispatcher } | undefined;
  let reading: Promise<Identity> | undefined;

  function identify(): Promise<Identity> {
    // Callers at the same moment share one answer: it may cost the start of a program.
    reading ??= readIdentity(kubeConfig).finally(() => {
      reading = undefined;
    });
    return reading;
  }

  function agentFor(identity: Identity): Dispatcher {
    const tls = tlsOptions(identity);
    const fingerprint = Object.values(tls).map(String).join('\n');
    if (dispatcher?.fingerprint !== fingerprint) {
      // Requests in flight end on the old agent.
      void dispatcher?.agent.close();
      dispatcher = { fingerprint, agent: createAgent(url, cluster?.proxyUrl, tls) };
    }
    return dispatcher.agent;
  }

  return {
    server: url.origin,
    async send({ method, path, headers, body }, signal) {
      const identity = await identify();
      try {
        return await agentFor(identity).request({
          origin: url.origin,
          path: basePath + path,
          method,
          headers: { ...headers, ...identity.headers },
          body: body ?? null,
          signal,
          // The caller watches over time, for bodies that last as well.
          headersTimeout: 0,
          bodyTimeout: 0,
        });
      } catch (error) {
        signal.throwIfAborted();
        throw networkError(url.origin, error);
      }
    },
    async close() {
      await dispatcher?.agent.destroy();
    },
  };
}

async function readIdentity(kubeConfig: KubeConfig): Promise<Identity> {
  const identity: Identity = {};
  try {
    await kubeConfig.applyToHTTPSOptions(identity);
  } catch (error) {
    // A SyntaxError quotes what it could not parse, which may be a token.
    const detail = error instanceof Error && !(error instanceof SyntaxError) ? error.message : '';
    throw new KubernetesError(
      'CredentialsUnavailable',
      `The credentials for the Kubernetes API server cannot be read. Check the kubeconfig. ${detail}`.trim(),
      { transient: true },
    );
  }
  const headers: Record<string, string> = {};
  if (typeof identity.auth === 'string') {
    headers['Authorization'] = `Basic ${Buffer.from(identity.auth).toString('base64')}`;
  }
  for (const [name, value] of Object.entries(identity.headers ?? {})) {
    // A token file may end in a newline.
    headers[name] = value.trim();
  }
  identity.headers = headers;
  return identity;
}

/** Those settings of TLS that a kubeconfig can make. */
function tlsOptions({ ca, cert, key, passphrase, servername, rejectUnauthorized }: Identity) {
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(passphrase !== undefined && { passphrase }),
    ...(servername !== undefined && { servername }),
    ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
  };
}

function createAgent(
  server: URL,
  proxyUrl: string | undefined,
  tls: ReturnType<typeof tlsOptions>,
): Dispatcher {
  const options = {
    allowH2: false,
    keepAliveTimeout: IDLE_CONNECTION_MS,
    connect: { ...SOCKET, ...tls },
    requestTls: { ...SOCKET, ...tls },
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
