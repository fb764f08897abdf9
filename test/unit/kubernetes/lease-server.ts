import type { ApiAccess } from '../../../src/kubernetes/api-access.ts';
import { KubernetesError } from '../../../src/kubernetes/kubernetes-error.ts';
import { ApiObject, resourcePath, type Collection } from '../../../src/kubernetes/resource.ts';

/** What stands between one client and the server; each is awaited. */
export interface Passage {
  /** The request's way; when it rejects, the request never arrives. */
  request(signal: AbortSignal): Promise<void>;
  /** The answer's way; when it rejects, the request had its effect. */
  answer(signal: AbortSignal): Promise<void>;
}

export interface LeaseServer {
  /** The one Lease as it is now. */
  lease(): ApiObject | undefined;
  set(lease: ApiObject | undefined): void;
  access(passage?: Passage): ApiAccess;
  readonly requests: string[];
  /** All paths that were asked for. */
  readonly paths: ReadonlySet<string>;
}

const DIRECT: Passage = { request: async () => {}, answer: async () => {} };

/** One Lease in memory, with the API's optimistic concurrency. */
export function createLeaseServer(): LeaseServer {
  let lease: ApiObject | undefined;
  let version = 0;
  const requests: string[] = [];
  const paths = new Set<string>();

  function store(object: { readonly metadata?: unknown }): ApiObject {
    version += 1;
    const { metadata, ...rest } = structuredClone(object);
    const given = { uid: 'u', resourceVersion: String(version) };
    lease = ApiObject.parse({ ...rest, metadata: { ...Object(metadata), ...given } });
    return structuredClone(lease);
  }

  function access(passage = DIRECT): ApiAccess {
    async function exchange<T>(
      verb: string,
      at: Collection,
      signal: AbortSignal,
      effect: () => T,
    ): Promise<T> {
      signal.throwIfAborted();
      await passage.request(signal);
      requests.push(verb);
      paths.add(resourcePath(at));
      const result = effect();
      await passage.answer(signal);
      return result;
    }
    const unused = () => Promise.reject(new Error('not a request of leader election'));
    return {
      server: 'https://memory',
      get: (at, signal) => exchange('get', at, signal, () => lease && structuredClone(lease)),
      create: (at, object, signal) =>
        exchange('create', at, signal, () => {
          if (lease !== undefined) throw refusal('AlreadyExists', 409);
          return store(object);
        }),
      replace: (at, object, signal) =>
        exchange('replace', at, signal, () => {
          if (lease === undefined) throw refusal('NotFound', 404);
          const { resourceVersion } = ApiObject.parse(object).metadata;
          if (resourceVersion !== lease.metadata.resourceVersion) throw refusal('Conflict', 409);
          return store(object);
        }),
      list: unused,
      patch: unused,
      delete: unused,
      watch: unused,
      close: async () => {},
    };
  }

  return {
    lease: () => lease,
    set(object) {
      if (object === undefined) lease = undefined;
      else store(object);
    },
    access,
    requests,
    paths,
  };
}

function refusal(reason: string, statusCode: number): KubernetesError {
  return new KubernetesError(reason, reason, { statusCode });
}
