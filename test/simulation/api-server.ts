import type { Selection } from '../../src/kubernetes/api-access.ts';
import { objectKey, type ObjectPath, type Collection } from '../../src/kubernetes/resource.ts';
import { isSame, merge, refusal, seconds, selects } from './api-rules.ts';
import type { Timeline } from './timeline.ts';

/** An object as the server keeps it; never changed, only replaced. */
export interface Stored {
  readonly [field: string]: unknown;
  readonly metadata: StoredMetadata;
}

export interface StoredMetadata {
  readonly [field: string]: unknown;
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number | undefined;
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string | undefined;
  readonly finalizers?: readonly string[] | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

export interface ApiEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  readonly plural: string;
  readonly object: Stored;
}

/** The API server's store with its rules: versions, conflicts, generations, finalizers, history. */
export interface ApiServer {
  version(): number;
  get(at: ObjectPath): Stored | undefined;
  list(selection: Selection): readonly Stored[];
  create(at: Collection, object: object): Stored;
  replace(at: ObjectPath, object: object): Stored;
  /** A merge patch; with `status`, only that part is replaced, as one manager's whole apply does. */
  merge(at: ObjectPath, body: object): Stored;
  applyStatus(at: ObjectPath, body: object): Stored;
  /** Marks it, or removes it when no finalizer stands in the way. */
  delete(at: ObjectPath): void;
  /** The events after a version; undefined when they are forgotten (410). */
  eventsSince(version: number, selection: Selection): readonly ApiEvent[] | undefined;
  /** Forgets all events so far. */
  compact(): void;
  /** Called for each event, after it is stored. */
  readonly listeners: Set<(event: ApiEvent) => void>;
}

export function createApiServer(timeline: Timeline, newUid: () => string): ApiServer {
  const objects = new Map<string, Map<string, Stored>>();
  const listeners = new Set<(event: ApiEvent) => void>();
  let history: ApiEvent[] = [];
  let version = 100;
  let forgotten = 0;

  function collection(plural: string): Map<string, Stored> {
    const known = objects.get(plural) ?? new Map<string, Stored>();
    objects.set(plural, known);
    return known;
  }

  function find(at: ObjectPath): Stored | undefined {
    return collection(at.resource.plural).get(objectKey(at));
  }

  function existing(verb: string, at: ObjectPath): Stored {
    const found = find(at);
    if (found === undefined) throw refusal(verb, at, 404, 'NotFound');
    return found;
  }

  function commit(type: ApiEvent['type'], plural: string, object: Stored): Stored {
    version += 1;
    const metadata = { ...object.metadata, resourceVersion: String(version) };
    const stored = { ...object, metadata };
    if (type === 'DELETED') collection(plural).delete(objectKey(metadata));
    else collection(plural).set(objectKey(metadata), stored);
    const event = { type, version, plural, object: stored };
    history.push(event);
    for (const listener of listeners) listener(event);
    return stored;
  }

  /** Stores what has changed; an object without finalizers that is being deleted goes. */
  function update(verb: string, at: ObjectPath, before: Stored, after: Stored): Stored {
    const wanted = after.metadata.resourceVersion;
    if (wanted !== before.metadata.resourceVersion && wanted !== '') {
      throw refusal(verb, at, 409, 'Conflict');
    }
    const specChanged = before['spec'] !== after['spec'] && !isSame(before['spec'], after['spec']);
    const generation = (before.metadata.generation ?? 1) + Number(specChanged);
    const metadata = {
      ...after.metadata,
      uid: before.metadata.uid,
      creationTimestamp: before.metadata.creationTimestamp,
      resourceVersion: before.metadata.resourceVersion,
      generation,
    };
    const next = { ...after, metadata };
    if (isSame(before, next)) return before;
    const isGone = metadata.deletionTimestamp !== undefined && !metadata.finalizers?.length;
    return commit(isGone ? 'DELETED' : 'MODIFIED', at.resource.plural, next);
  }

  return {
    listeners,
    version: () => version,
    get: find,
    list: (selection) =>
      [...collection(selection.resource.plural).values()].filter((each) =>
        selects(selection, each),
      ),
    create(at, object) {
      const given = object as Pick<Stored, 'metadata'>;
      const path = { ...at, name: given.metadata.name };
      if (find(path) !== undefined) throw refusal('create', path, 409, 'AlreadyExists');
      const metadata = {
        ...given.metadata,
        namespace: at.namespace,
        uid: newUid(),
        resourceVersion: '',
        generation: 1,
        creationTimestamp: seconds(timeline.now()),
      };
      return commit('ADDED', at.resource.plural, { ...given, metadata });
    },
    replace(at, object) {
      const before = existing('replace', at);
      return update('replace', at, before, object as Stored);
    },
    merge(at, body) {
      const before = existing('patch', at);
      const merged = merge(
        { ...before, metadata: { ...before.metadata, resourceVersion: '' } },
        body,
      );
      return update('patch', at, before, merged as Stored);
    },
    applyStatus(at, body) {
      const { status, metadata } = body as { status: unknown; metadata: { uid?: string } };
      const before = existing('patch', at);
      if (metadata.uid !== undefined && metadata.uid !== before.metadata.uid) {
        throw refusal('patch', at, 409, 'Conflict');
      }
      return update('patch', at, before, { ...before, status });
    },
    delete(at) {
      const before = find(at);
      if (before === undefined || before.metadata.deletionTimestamp !== undefined) return;
      if (!before.metadata.finalizers?.length) {
        commit('DELETED', at.resource.plural, before);
        return;
      }
      const metadata = {
        ...before.metadata,
        deletionTimestamp: seconds(timeline.now()),
        // As the server does for what has no graceful deletion.
        generation: (before.metadata.generation ?? 1) + 1,
      };
      commit('MODIFIED', at.resource.plural, { ...before, metadata });
    },
    eventsSince(since, selection) {
      if (since < forgotten) return undefined;
      return history.filter(
        (event) =>
          event.version > since &&
          event.plural === selection.resource.plural &&
          selects(selection, event.object),
      );
    },
    compact() {
      history = [];
      forgotten = version;
    },
  };
}
