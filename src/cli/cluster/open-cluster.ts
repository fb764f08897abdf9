import { API_VERSION, KIND } from '../../api/names.ts';
import type { Credentials } from '../../auth0/credentials.ts';
import { INSTITUTION_SYNCS, openObjectApi } from '../../controller/cluster-api.ts';
import { readCredentials } from '../../controller/credentials.ts';
import { openApiAccess, type ApiAccess } from '../../kubernetes/api-access.ts';
import { listAll } from '../../kubernetes/list-all.ts';
import { loadKubeConfig, type LoadedKubeConfig } from '../../kubernetes/load-kube-config.ts';
import type { ApiObject } from '../../kubernetes/resource.ts';
import { systemClock } from '../../time/clock.ts';
import { CommandError } from '../command-error.ts';
import { UsageError } from '../usage-error.ts';
import type { ClusterOptions } from './cluster-options.ts';

/** Shows in managed fields and in the API server's audit log. */
const FIELD_MANAGER = 'kubectl-isync';

/** The cluster, with the rights of the person who asks. All rejections are for people. */
export interface Cluster {
  readonly namespace: string;
  /** All objects of the namespace, or of the whole cluster. */
  list(everywhere: boolean, signal: AbortSignal): Promise<readonly ApiObject[]>;
  /** The object of this name, or the only one of the namespace. */
  find(name: string | undefined, signal: AbortSignal): Promise<ApiObject>;
  /** Sets the fields given of an object of the namespace; a null removes one. */
  patch(name: string, body: object, signal: AbortSignal): Promise<void>;
  /** Of a Secret of the namespace. Rejects with a Fault: SecretNotFound or SecretInvalid. */
  readCredentials(secretName: string, signal: AbortSignal): Promise<Credentials>;
  close(): Promise<void>;
}

/** Opens the cluster of the kubeconfig. Throws a UsageError when there is none. */
export function openCluster(options: ClusterOptions): Cluster {
  if (options.kubeconfig !== undefined) process.env['KUBECONFIG'] = options.kubeconfig;
  const { kubeConfig, namespace: own } = load(options.context);
  const access = openApiAccess({ kubeConfig, clock: systemClock, userAgent: FIELD_MANAGER });
  const namespace = options.namespace ?? own;
  const at = { resource: INSTITUTION_SYNCS, namespace };

  async function list(everywhere: boolean, signal: AbortSignal): Promise<readonly ApiObject[]> {
    const selection = everywhere ? { resource: INSTITUTION_SYNCS } : at;
    return (await listAll({ access, selection }, signal)).items;
  }

  return {
    namespace,
    async list(everywhere, signal) {
      return (await list(everywhere, signal)).map(withKind);
    },
    async find(name, signal) {
      if (name === undefined) return withKind(only(await list(false, signal), namespace));
      return withKind(await get(access, namespace, name, signal));
    },
    async patch(name, body, signal) {
      const patch = { type: 'merge', body, fieldManager: FIELD_MANAGER } as const;
      await access.patch({ ...at, name }, patch, signal);
    },
    readCredentials: async (secretName, signal) => {
      const api = openObjectApi(access, { record: () => Promise.resolve() });
      return (await readCredentials(api, namespace, secretName, signal)).credentials;
    },
    close: () => access.close(),
  };
}

function load(context: string | undefined): LoadedKubeConfig {
  try {
    return loadKubeConfig({ context });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

const LOOK = 'Choose another namespace with -n, or look at all of them with: kubectl isync get -A';

async function get(
  access: ApiAccess,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<ApiObject> {
  const found = await access.get({ resource: INSTITUTION_SYNCS, namespace, name }, signal);
  if (found !== undefined) return found;
  const which = `${JSON.stringify(name)} in namespace ${JSON.stringify(namespace)}`;
  throw new CommandError(`There is no InstitutionSync ${which}. ${LOOK}.`);
}

function only(items: readonly ApiObject[], namespace: string): ApiObject {
  const [first, ...others] = items;
  const where = `Namespace ${JSON.stringify(namespace)}`;
  if (first === undefined) throw new CommandError(`${where} has no InstitutionSync. ${LOOK}.`);
  if (others.length === 0) return first;
  const names = items.map(({ metadata }) => metadata.name).join(', ');
  throw new UsageError(`${where} has several InstitutionSyncs. Name one of: ${names}.`);
}

/** Items of a list come without these two. */
function withKind(object: ApiObject): ApiObject {
  return { apiVersion: API_VERSION, kind: KIND, ...object };
}
