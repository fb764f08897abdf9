import { readWatchedObject } from '../../controller/watched-object.ts';
import { asText } from '../screen/as-text.ts';
import type { ClusterOptions } from './cluster-options.ts';
import { historyTable } from './history-table.ts';
import { withCluster } from './with-cluster.ts';

export interface HistoryOptions extends ClusterOptions {
  readonly output: 'table' | 'json' | 'yaml';
}

/** Shows the last syncs of one object; in JSON and YAML as the list of its status. */
export function showHistory(name: string | undefined, options: HistoryOptions): Promise<void> {
  return withCluster(options, async (cluster, signal) => {
    const object = readWatchedObject(await cluster.find(name, signal));
    if (options.output !== 'table') {
      process.stdout.write(await asText(object.status?.history ?? [], options.output));
      return;
    }
    for (const line of historyTable(object, Date.now())) process.stdout.write(`${line}\n`);
  });
}
