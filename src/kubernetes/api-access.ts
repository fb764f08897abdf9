import type { KubeConfig } from '@kubernetes/client-node';
import { z } from 'zod';
import type { Clock } from '../time/clock.ts';
import { openConnection } from './connection.ts';
import { createExchange } from './exchange.ts';
import { isNotFound } from './kubernetes-error.ts';
import { ApiObject, type Collection, type ObjectPath } from './resource.ts';

/** Which objects of a collection are asked for, and how much of each. */
export interface Selection extends Collection {
  readonly fieldSelector?: string | undefined;
  readonly labelSelector?: string | undefined;
  /** Metadata alone: of a Secret, that it changed, but not what it holds. */
  readonly metadataOnly?: boolean | undefined;
}

export interface ListPage {
  readonly items: readonly ApiObject[];
  readonly resourceVersion: string;
  /** Where the next page begins; undefined after the last. */
  readonly next: string | undefined;
}

/**
 * `merge` sets the fields given and removes those that are null; a `metadata.resourceVersion` in the
 * body makes another's change a Conflict. `apply` is server-side apply: the fields given become this
 * manager's, those that it no longer gives are removed; `force` takes them from other managers.
 */
export interface Patch {
  readonly type: 'merge' | 'apply';
  readonly body: object;
  readonly fieldManager: string;
  readonly force?: boolean;
}

/**
 * The requests of the Kubernetes API that this program makes. All reject with a `KubernetesError`,
 * or with the signal's reason; none is retried.
 */
export interface ApiAccess {
  /** The API server's address. */
  readonly server: string;
  /** Undefined when there is no such object; rejects when the server knows no such resource. */
  get(at: ObjectPath, signal: AbortSignal): Promise<ApiObject | undefined>;
  list(
    selection: Selection & { readonly limit?: number; readonly next?: string | undefined },
    signal: AbortSignal,
  ): Promise<ListPage>;
  create(at: Collection, object: object, signal: AbortSignal): Promise<ApiObject>;
  /** A `metadata.resourceVersion` in the object makes another's change a Conflict. */
  replace(at: ObjectPath, object: object, signal: AbortSignal): Promise<ApiObject>;
  patch(at: ObjectPath, patch: Patch, signal: AbortSignal): Promise<ApiObject>;
  /** With a uid, deletes that object only, and not a later one of the same name (a Conflict). */
  delete(
    at: ObjectPath & { readonly uid?: string },
    signal: AbortSignal,
  ): Promise<'deleted' | 'gone'>;
  /** Resolves with the bytes of a watch. They have no time-out: the signal ends them. */
  watch(
    selection: Selection & { readonly resourceVersion: string; readonly timeoutSeconds: number },
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array>>;
  /** Drops all connections; what is in flight fails. */
  close(): Promise<void>;
}

export interface ApiAccessOptions {
  readonly kubeConfig: KubeConfig;
  readonly clock: Clock;
  /** Shows in the API server's audit log. */
  readonly userAgent: string;
  /** Asked when the bytes of a write are about to go out; throws `LeaseLost` to keep them back. */
  readonly mayWrite?: () => void;
  /** For each request as a whole, watches excepted; 30 s by default. */
  readonly timeoutMs?: number;
  /** Called once for each request, with the answer's status, or `<error>` without an answer. */
  readonly onRequest?: (code: string, method: string) => void;
}

const CONTENT_TYPES = {
  merge: 'application/merge-patch+json',
  // Named after YAML, of which JSON is a part.
  apply: 'application/apply-patch+yaml',
};

const JSON_TYPE = 'application/json';
const METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

const List = z.object({
  metadata: z.object({ resourceVersion: z.string(), continue: z.string().optional() }),
  // The API may write null for an empty list.
  items: z.array(ApiObject).nullable(),
});

/** Opens no connection yet. Connections are kept alive and shared by all requests. */
export function openApiAccess(options: ApiAccessOptions): ApiAccess {
  const { kubeConfig, clock, userAgent, timeoutMs = 30_000, onRequest = () => {} } = options;
  const connection = openConnection(kubeConfig, clock, options.mayWrite);
  const exchange = createExchange({ connection, clock, userAgent, timeoutMs, onRequest });

  return {
    server: connection.server,

    get(at, signal) {
      const request = { method: 'GET', verb: 'read', at } as const;
      return exchange.json(request, ApiObject, signal).catch(unlessNotFound(undefined));
    },

    async list({ limit, next, ...selection }, signal) {
      const query = { ...selectors(selection), limit, continue: next };
      const accept = selection.metadataOnly ? METADATA_LIST : JSON_TYPE;
      const request = { method: 'GET', verb: 'list', at: selection, query, accept } as const;
      const { metadata, items } = await exchange.json(request, List, signal);
      const { resourceVersion } = metadata;
      return { items: items ?? [], resourceVersion, next: metadata.continue || undefined };
    },

    create({ resource, namespace }, body, signal) {
      // Not at the object's own path, if that is what the caller has.
      const at = { resource, namespace };
      return exchange.json({ method: 'POST', verb: 'create', at, body }, ApiObject, signal);
    },

    replace(at, body, signal) {
      return exchange.json({ method: 'PUT', verb: 'replace', at, body }, ApiObject, signal);
    },

    patch(at, { type, body, fieldManager, force }, signal) {
      const query = { fieldManager, force };
      const contentType = CONTENT_TYPES[type];
      const request = { method: 'PATCH', verb: 'patch', at, query, body, contentType } as const;
      return exchange.json(request, ApiObject, signal);
    },

    delete({ uid, ...at }, signal) {
      const body = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid } };
      const request = { method: 'DELETE', verb: 'delete', at, body } as const;
      return exchange
        .json(request, z.unknown(), signal)
        .then(() => 'deleted' as const)
        .catch(unlessNotFound('gone' as const));
    },

    watch({ resourceVersion, timeoutSeconds, ...selection }, signal) {
      const watching = { watch: 1, allowWatchBookmarks: true, resourceVersion, timeoutSeconds };
      const query = { ...selectors(selection), ...watching };
      const accept = selection.metadataOnly ? METADATA : JSON_TYPE;
      const request = { method: 'GET', verb: 'watch', at: selection, query, accept } as const;
      return exchange.stream(request, signal);
    },

    close: () => connection.close(),
  };
}

function selectors({ fieldSelector, labelSelector }: Selection) {
  return { fieldSelector, labelSelector };
}

function unlessNotFound<T>(answer: T): (error: unknown) => T {
  return (error) => {
    if (isNotFound(error)) return answer;
    throw error;
  };
}
