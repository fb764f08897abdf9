import type { Log } from '../telemetry/log.ts';
import { objectKey, type ApiObject } from './resource.ts';

/** `old` is what the store held before; for `deleted`, `object` is the last that was known. */
export type ObjectHandler<T> = (
  event: 'added' | 'modified' | 'deleted',
  object: T,
  old: T | undefined,
) => void;

export interface ObjectStoreOptions<T> {
  readonly parse: (object: ApiObject) => T;
  readonly onEvent: ObjectHandler<T>;
  readonly log: Log;
}

/** What is known of a collection. Tells of each change once, however it was learnt. */
export interface ObjectStore<T> {
  readonly get: (key: string) => T | undefined;
  readonly list: () => readonly T[];
  /** An object as it is now. Nothing happens when this version is known already. */
  set(object: ApiObject): void;
  delete(object: ApiObject): void;
  /** All there is now: what is missing has been deleted. */
  replaceAll(objects: readonly ApiObject[]): void;
}

interface Entry<T> {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly object: T;
}

/** What `kubectl apply` keeps of a whole object, a Secret's data included. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Errors of `parse` and `onEvent` are logged and end nothing; an object that cannot be parsed leaves
 * the store as it was.
 */
export function createObjectStore<T>(options: ObjectStoreOptions<T>): ObjectStore<T> {
  const { parse, onEvent, log } = options;
  const entries = new Map<string, Entry<T>>();

  function tell(...event: Parameters<ObjectHandler<T>>): void {
    try {
      onEvent(...event);
    } catch (error) {
      log.error('A handler of watch events failed', { event: event[0], error });
    }
  }

  function remove(key: string): void {
    const old = entries.get(key);
    if (old === undefined) return;
    entries.delete(key);
    tell('deleted', old.object, old.object);
  }

  function set(raw: ApiObject): void {
    const { uid, resourceVersion } = raw.metadata;
    const key = objectKey(raw.metadata);
    if (entries.get(key)?.resourceVersion === resourceVersion) return;
    let object: T;
    try {
      object = parse(withoutBallast(raw));
    } catch (error) {
      log.error('An object of the Kubernetes API cannot be read', { key, error });
      return;
    }
    // Another object of the same name: the deletion of the first one was missed.
    if (entries.has(key) && entries.get(key)?.uid !== uid) remove(key);
    const old = entries.get(key);
    entries.set(key, { uid, resourceVersion, object });
    tell(old === undefined ? 'added' : 'modified', object, old?.object);
  }

  return {
    get: (key) => entries.get(key)?.object,
    list: () => Array.from(entries.values(), (entry) => entry.object),
    set,
    delete: (object) => remove(objectKey(object.metadata)),
    replaceAll(objects) {
      const present = new Set(objects.map((object) => objectKey(object.metadata)));
      for (const key of entries.keys()) if (!present.has(key)) remove(key);
      for (const object of objects) set(object);
    },
  };
}

/** Without what is large, or secret, and of no use to a controller. */
function withoutBallast(object: ApiObject): ApiObject {
  const { managedFields: _, ...metadata } = object.metadata;
  const annotations = metadata['annotations'];
  if (typeof annotations === 'object' && annotations !== null && LAST_APPLIED in annotations) {
    const { [LAST_APPLIED]: _, ...others } = annotations;
    return { ...object, metadata: { ...metadata, annotations: others } };
  }
  return { ...object, metadata };
}
