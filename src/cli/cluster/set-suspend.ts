import { printable } from '../screen/printable.ts';
import type { ClusterOptions } from './cluster-options.ts';
import { withCluster } from './with-cluster.ts';

/** Sets or takes back `spec.suspend`, and says so. */
export function setSuspend(
  name: string | undefined,
  suspend: boolean,
  options: ClusterOptions,
): Promise<void> {
  return withCluster(options, async (cluster, signal) => {
    const { metadata } = await cluster.find(name, signal);
    await cluster.patch(metadata.name, { spec: { suspend } }, signal);
    const what = suspend ? 'suspended' : 'resumed';
    process.stdout.write(`institutionsync/${printable(metadata.name)} ${what}\n`);
  });
}
