import { existsSync } from 'node:fs';
import path from 'node:path';
import { KubeConfig, type Cluster } from '@kubernetes/client-node';
import { z } from 'zod';

export interface LoadedKubeConfig {
  readonly kubeConfig: KubeConfig;
  /** The namespace of the current context, or of the pod; `default` where none is set. */
  readonly namespace: string;
}

/** There is no cluster to talk to; the message is for people, and shows no piece of the kubeconfig. */
export class KubeConfigError extends Error {
  override readonly name = 'KubeConfigError';
}

/** What client-node falls back to when it finds no configuration at all. */
const NO_CONFIGURATION = 'http://localhost:8080';

/**
 * The cluster to talk to, found as kubectl finds it: the files of `KUBECONFIG`, else
 * `~/.kube/config`, else the service account of the pod. `context` chooses another context than the
 * current one. Throws a `KubeConfigError` when there is none or it cannot be read.
 */
export function loadKubeConfig(
  options: { readonly context?: string | undefined } = {},
): LoadedKubeConfig {
  const kubeConfig = readConfiguration();
  if (kubeConfig.getCurrentCluster()?.server === NO_CONFIGURATION) {
    throw new KubeConfigError(
      'No Kubernetes cluster is configured. Set KUBECONFIG, write ~/.kube/config, or run in a cluster.',
    );
  }
  if (options.context !== undefined) kubeConfig.setCurrentContext(options.context);
  const name = kubeConfig.getCurrentContext();
  const context = kubeConfig.getContextObject(name);
  if (context === null || kubeConfig.getCurrentCluster() === null) {
    throw new KubeConfigError(
      `The kubeconfig has no context ${JSON.stringify((name ?? '').slice(0, 100))} with a cluster. Choose one of those that kubectl config get-contexts lists.`,
    );
  }
  checkAddresses(kubeConfig.getCurrentCluster());
  return { kubeConfig, namespace: context.namespace ?? 'default' };
}

function readConfiguration(): KubeConfig {
  const kubeConfig = new KubeConfig();
  try {
    const files = (process.env['KUBECONFIG'] ?? '').split(path.delimiter).filter((file) => file);
    if (files.length === 0) kubeConfig.loadFromDefault();
    else kubeConfig.loadFromOptions(mergeFiles(files));
    return kubeConfig;
  } catch (error) {
    throw new KubeConfigError(`The kubeconfig cannot be read: ${whyUnreadable(error)}`);
  }
}

const FileError = z.object({ code: z.string(), path: z.string() });
const YamlError = z.object({ mark: z.object({ line: z.number() }) });

/** Words of the parsers may quote the file, and with it a token. */
function whyUnreadable(error: unknown): string {
  const file = FileError.safeParse(error).data;
  if (file !== undefined) return `${file.code}, ${JSON.stringify(file.path)}.`;
  const line = YamlError.safeParse(error).data?.mark.line;
  return line === undefined
    ? 'it has not the form of a kubeconfig. See what kubectl config view says.'
    : `it is no YAML from line ${line + 1} on. Correct it.`;
}

/** Throws unless requests can go to these addresses. */
function checkAddresses(cluster: Cluster | null): void {
  if (cluster === null) return;
  const { server, proxyUrl } = cluster;
  if (!hasScheme(server, ['https:', 'http:'])) {
    throw new KubeConfigError(
      'The server of the kubeconfig must be an address such as https://10.0.0.1:6443. Correct it.',
    );
  }
  if (
    proxyUrl &&
    !hasScheme(proxyUrl, ['https:', 'http:', 'socks5:', 'socks5h:', 'socks4:', 'socks:'])
  ) {
    throw new KubeConfigError(
      'The proxy-url of the kubeconfig must be an address such as http://proxy.example:3128. Correct it.',
    );
  }
}

function hasScheme(text: string, schemes: readonly string[]): boolean {
  try {
    const { protocol, username, password } = new URL(text);
    decodeURIComponent(username + password);
    return schemes.includes(protocol);
  } catch {
    return false;
  }
}

/** Of several files, kubectl skips those that are missing, and the first that has a name decides. */
function mergeFiles(files: readonly string[]) {
  const present = files.length > 1 ? files.filter((file) => existsSync(file)) : files;
  const parts = present.map((file) => {
    const part = new KubeConfig();
    part.loadFromFile(file);
    return part;
  });
  return {
    clusters: parts.flatMap((part) => part.clusters),
    users: parts.flatMap((part) => part.users),
    contexts: parts.flatMap((part) => part.contexts),
    currentContext: parts.map((part) => part.currentContext).find((name) => name),
  };
}
