import type { ClusterOptions } from './cluster-options.ts';
import type { Cluster } from './open-cluster.ts';

/** Does something short in the cluster. A signal ends the process at once: nothing is half done. */
export async function withCluster<Result>(
  options: ClusterOptions,
  work: (cluster: Cluster, signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  // Loaded only here: the client library is the largest part of this program.
  const { openCluster } = await import('./open-cluster.ts');
  const cluster = openCluster(options);
  try {
    return await work(cluster, new AbortController().signal);
  } finally {
    await cluster.close();
  }
}
