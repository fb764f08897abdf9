import { isDeepStrictEqual } from 'node:util';
import { tenantHost } from '../api/auth0-settings.ts';
import { objectKey } from '../kubernetes/resource.ts';
import { newEntry, type Entry } from './entry.ts';
import type { SecretWatches } from './secret-watches.ts';
import { olderRival, type TenantClaim } from './tenant-conflict.ts';
import { isReadable, type WatchedObject } from './watched-object.ts';

export interface ObjectEvents {
  readonly enqueue: (key: string) => void;
  /** An object that this process sees for the first time. */
  readonly enqueueNew: (object: WatchedObject, entry: Entry) => void;
  readonly secrets: Pick<SecretWatches, 'refer'>;
  /** The objects that this controller works on. */
  readonly others: () => Iterable<WatchedObject>;
  readonly onTracked: (object: WatchedObject) => void;
  readonly onForgotten: (object: WatchedObject) => void;
}

/** The entries of all objects, and what a change of an object means for them. */
export interface Objects {
  entryOf(object: WatchedObject): Entry;
  /** The handler of the watch. It enqueues, and stops a sync that the change made obsolete. */
  onEvent(
    event: 'added' | 'modified' | 'deleted',
    object: WatchedObject,
    old: WatchedObject | undefined,
  ): void;
  /** The same for an object of any shard, of which only the tenant is known. */
  onClaim(event: 'added' | 'modified' | 'deleted', claim: TenantClaim | undefined): void;
  /** A Secret of these objects has changed. */
  wake(keys: readonly string[]): void;
}

/** Why a sync was stopped; for logs. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
}

export function trackObjects(events: ObjectEvents): Objects {
  const entries = new Map<string, Entry>();

  function entryOf(object: WatchedObject): Entry {
    const key = objectKey(object.metadata);
    const known = entries.get(key);
    if (known?.uid === object.metadata.uid) return known;
    // Deleted and made again under the same name: what was known is of another object.
    if (known !== undefined) end(known, object);
    const entry = newEntry(object);
    entries.set(key, entry);
    events.onTracked(object);
    return entry;
  }

  function end(entry: Entry, object: WatchedObject): void {
    entry.gone = true;
    entry.run?.abort.abort(new Superseded('The object was deleted'));
    events.onForgotten(object);
  }

  function forget(object: WatchedObject): void {
    const key = objectKey(object.metadata);
    const entry = entries.get(key);
    if (entry?.uid !== object.metadata.uid) return;
    end(entry, object);
    entries.delete(key);
    events.secrets.refer(key, undefined);
    if (isReadable(object)) wakeRivals(object);
  }

  /** Objects of the same second may come in any order, and the younger one may have begun by now. */
  function stopYoungerRivals(added: TenantClaim): void {
    for (const other of events.others()) {
      if (!isReadable(other) || olderRival(other, [added]) === undefined) continue;
      const { run } = entries.get(objectKey(other.metadata)) ?? {};
      run?.abort.abort(new Superseded('An older object works on the same tenant'));
    }
  }

  /** The tenant is free: the next older object may begin. */
  function wakeRivals(gone: TenantClaim): void {
    const { domain } = gone.spec.auth0;
    const rivals = [...events.others()].filter(
      ({ spec }) => spec !== undefined && tenantHost(spec.auth0.domain) === tenantHost(domain),
    );
    wake(rivals.map(({ metadata }) => objectKey(metadata)));
  }

  function wake(keys: readonly string[]): void {
    for (const key of keys) {
      const entry = entries.get(key);
      if (entry === undefined) continue;
      entry.wake = true;
      events.enqueue(key);
    }
  }

  return {
    entryOf,
    wake,
    onClaim(event, claim) {
      if (claim === undefined) return;
      if (event === 'added') stopYoungerRivals(claim);
      if (event === 'deleted') wakeRivals(claim);
    },
    onEvent(event, object, old) {
      if (event === 'deleted') return forget(object);
      if (old !== undefined && asksTheSame(object, old)) return;
      const key = objectKey(object.metadata);
      const entry = entryOf(object);
      const { run } = entry;
      const { namespace } = object.metadata;
      const name = object.spec?.auth0.credentialsSecretRef.name;
      events.secrets.refer(key, name === undefined ? undefined : { namespace, name });
      if (event === 'added' && isReadable(object)) stopYoungerRivals(object);
      if (run !== undefined && run.generation !== object.metadata.generation) {
        run.abort.abort(new Superseded('The object was changed'));
      }
      if (event === 'added') events.enqueueNew(object, entry);
      else events.enqueue(key);
    },
  };
}

/** Whether only the status differs, which this controller writes itself: no reason to act. */
function asksTheSame(a: WatchedObject, b: WatchedObject): boolean {
  return (
    a.metadata.uid === b.metadata.uid &&
    a.metadata.generation === b.metadata.generation &&
    a.metadata.deletionTimestamp === b.metadata.deletionTimestamp &&
    a.metadata.finalizers.join() === b.metadata.finalizers.join() &&
    isDeepStrictEqual(a.requests, b.requests) &&
    a.approval === b.approval
  );
}
