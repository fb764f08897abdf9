import type { ApiObject } from '../../kubernetes/resource.ts';
import { readWatchedObject } from '../../controller/watched-object.ts';
import { asText } from '../screen/as-text.ts';
import { styleFor } from '../screen/style.ts';
import type { ClusterOptions } from './cluster-options.ts';
import { objectDetails } from './object-details.ts';
import { objectTable } from './object-table.ts';
import { withCluster } from './with-cluster.ts';

export interface ShowOptions extends ClusterOptions {
  readonly allNamespaces?: boolean;
  readonly output: 'table' | 'json' | 'yaml';
}

/** Shows one object, or all of a namespace or the cluster. */
export function showObjects(name: string | undefined, options: ShowOptions): Promise<void> {
  return withCluster(options, async (cluster, signal) => {
    const everywhere = options.allNamespaces === true && name === undefined;
    const objects =
      name === undefined
        ? await cluster.list(everywhere, signal)
        : [await cluster.find(name, signal)];
    if (options.output === 'table') {
      for (const line of lines(objects, name !== undefined, everywhere, cluster.namespace)) {
        process.stdout.write(`${line}\n`);
      }
      return;
    }
    const shown =
      name === undefined ? { apiVersion: 'v1', kind: 'List', items: objects } : objects[0];
    process.stdout.write(await asText(shown, options.output));
  });
}

function* lines(
  raw: readonly ApiObject[],
  inDetail: boolean,
  everywhere: boolean,
  namespace: string,
): Generator<string> {
  const now = Date.now();
  const objects = raw.map(readWatchedObject);
  const [first] = objects;
  if (inDetail && first !== undefined) {
    yield* objectDetails(first, styleFor(process.stdout, process.env), now);
  } else if (first === undefined) {
    yield `There is no InstitutionSync${everywhere ? '' : ` in namespace ${namespace}`}.`;
  } else yield* objectTable(objects, everywhere, now);
}
