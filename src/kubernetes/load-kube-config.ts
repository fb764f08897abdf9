import { existsSync } from 'node:fs';
import path from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';

export interface LoadedKubeConfig {
  readonly kubeConfig: KubeConfig;
  /** The namespace of the current context, or of the pod; `default` where none is set. */
  readonly namespace: string;
}

/** There is no cluster to talk to; the message is for people. */
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
      `The kubeconfig has no context ${JSON.stringify(name ?? '')} with a cluster. Choose one of those that kubectl config get-contexts lists.`,
    );
  }
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
    const message = error instanceof Error ? error.message : String(error);
    throw new KubeConfigError(`The kubeconfig cannot be read: ${message}`, { cause: error });
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
