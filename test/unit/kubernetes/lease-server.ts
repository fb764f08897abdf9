import type { ApiAccess } from '../../../src/kubernetes/api-access.ts';
import { KubernetesError } from '../../../src/kubernetes/kubernetes-error.ts';
import { ApiObject } from '../../../src/kubernetes/resource.ts';

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
}

const DIRECT: Passage = { request: async () => {}, answer: async () => {} };

/** One Lease in memory, with the API's optimistic concurrency. */
export function createLeaseServer(): LeaseServer {
  let lease: ApiObject | undefined;
  let version = 0;
  const requests: string[] = [];

  function store(object: object): ApiObject {
    version += 1;
    const metadata = { name: 'l', namespace: 'n', uid: 'u', resourceVersion: String(version) };
    lease = { ...structuredClone(object), metadata };
    return structuredClone(lease);
  }

  function access(passage = DIRECT): ApiAccess {
    async function exchange<T>(verb: string, signal: AbortSignal, effect: () => T): Promise<T> {
      signal.throwIfAborted();
      await passage.request(signal);
      requests.push(verb);
      const result = effect();
      await passage.answer(signal);
      return result;
    }
    const unused = () => Promise.reject(new Error('not a request of leader election'));
    return {
      server: 'https://memory',
      get: (_at, signal) => exchange('get', signal, () => lease && structuredClone(lease)),
      create: (_at, object, signal) =>
        exchange('create', signal, () => {
          if (lease !== undefined) throw refusal('AlreadyExists', 409);
          return store(object);
        }),
      replace: (_at, object, signal) =>
        exchange('replace', signal, () => {
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
  };
}

function refusal(reason: string, statusCode: number): KubernetesError {
  return new KubernetesError(reason, reason, { statusCode });
}
