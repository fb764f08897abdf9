import type { ApiAccess } from '../kubernetes/api-access.ts';
import { startReflector, type Reflector } from '../kubernetes/reflector.ts';
import type { ApiObject } from '../kubernetes/resource.ts';
import type { Log } from '../telemetry/log.ts';
import type { Random } from '../time/backoff.ts';
import type { Clock } from '../time/clock.ts';
import { SECRETS } from './cluster-api.ts';

export interface SecretWatches {
  /** The Secret that an object (by key) refers to now; undefined when the object is gone. */
  refer(
    objectKey: string,
    secret: { readonly namespace: string; readonly name: string } | undefined,
  ): void;
  /** A sync has read the Secret: this version of it, or none. */
  noteRead(namespace: string, name: string, version: string | undefined): void;
}

export interface SecretWatchesOptions {
  readonly access: ApiAccess;
  /** A Secret that these objects refer to was created, changed or deleted. */
  readonly onChange: (objectKeys: readonly string[]) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** What is kept of a Secret. */
interface Seen {
  readonly name: string;
  readonly version: string;
}

interface Watch {
  readonly reflector: Reflector<Seen>;
  readonly stop: AbortController;
}

interface Watched {
  readonly objects: Set<string>;
  /** Undefined where the namespace's watch serves, or soon will. */
  own: Watch | undefined;
  /** The version that a sync read last; null: there was no such Secret. */
  read: string | null | undefined;
}

interface Namespace {
  readonly secrets: Map<string, Watched>;
  whole: Watch | undefined;
  /** Whether each Secret needs a watch of its own. */
  isSingle: boolean;
}

/**
 * A watch is a connection of its own. From so many Secrets of one namespace on, one watch of the
 * namespace replaces those of the single Secrets: 500 of these would cost some 100 MB.
 */
const MANY = 20;
/** A watch of the namespace that does not work by then may not be allowed. */
const PATIENCE_MS = 5_000;

/**
 * Watches the Secrets that objects refer to, and their metadata only: no Secret's content is kept in
 * memory. Few are watched one by one, so that no other Secret is ever asked for; where many are in one
 * namespace, its Secrets are watched together. If that is not allowed, each goes on by itself.
 */
export function watchSecrets(options: SecretWatchesOptions, signal: AbortSignal): SecretWatches {
  const namespaces = new Map<string, Namespace>();
  const references = new Map<string, { readonly namespace: string; readonly name: string }>();

  /** `onChange` hears what happens after the first listing; `onListed`, when that is done. */
  function watch(
    selection: { readonly namespace: string; readonly fieldSelector?: string },
    onChange: (name: string) => void,
    onListed: () => void,
  ): Watch {
    const stop = new AbortController();
    let isListed = false;
    const reflector = startReflector<Seen>(
      {
        ...options,
        selection: { resource: SECRETS, metadataOnly: true, ...selection },
        parse: ({ metadata }: ApiObject) => ({
          name: metadata.name,
          version: metadata.resourceVersion,
        }),
        onEvent: (_event, { name }) => {
          if (isListed) onChange(name);
        },
      },
      AbortSignal.any([signal, stop.signal]),
    );
    async function listed(): Promise<void> {
      await reflector.synced;
      isListed = true;
      onListed();
    }
    // Rejects only when it ends.
    listed().catch(() => {});
    return { reflector, stop };
  }

  function watchOne(namespace: string, name: string, watched: Watched): Watch {
    const tell = () => options.onChange([...watched.objects]);
    const own = watch({ namespace, fieldSelector: `metadata.name=${name}` }, tell, () => {
      if (hasChanged(watched.read, own.reflector.get(`${namespace}/${name}`))) tell();
    });
    return own;
  }

  /** Its single watches end once the other one knows all; what they may have missed is told. */
  function takeOver(namespace: string, state: Namespace, { reflector }: Watch): void {
    state.isSingle = false;
    for (const [name, watched] of state.secrets) {
      const key = `${namespace}/${name}`;
      const before = watched.own?.reflector.get(key)?.version ?? watched.read;
      watched.own?.stop.abort();
      watched.own = undefined;
      if (hasChanged(before, reflector.get(key))) options.onChange([...watched.objects]);
    }
  }

  async function watchWhole(namespace: string, state: Namespace): Promise<void> {
    let isSynced = false;
    function onChange(changed: string): void {
      const found = state.secrets.get(changed);
      if (found !== undefined) options.onChange([...found.objects]);
    }
    const whole = watch({ namespace }, onChange, () => {
      isSynced = true;
      takeOver(namespace, state, whole);
    });
    state.whole = whole;
    state.isSingle = false;
    const ended = AbortSignal.any([signal, whole.stop.signal]);
    await Promise.race([whole.reflector.synced, options.clock.sleep(PATIENCE_MS, ended)]);
    if (isSynced) return;
    state.isSingle = true;
    for (const [name, watched] of state.secrets) {
      watched.own ??= watchOne(namespace, name, watched);
    }
  }

  function release(objectKey: string): void {
    const reference = references.get(objectKey);
    if (reference === undefined) return;
    references.delete(objectKey);
    const state = namespaces.get(reference.namespace);
    const watched = state?.secrets.get(reference.name);
    watched?.objects.delete(objectKey);
    if (state === undefined || watched === undefined || watched.objects.size > 0) return;
    watched.own?.stop.abort();
    state.secrets.delete(reference.name);
    if (state.secrets.size > 0) return;
    state.whole?.stop.abort();
    state.whole = undefined;
    namespaces.delete(reference.namespace);
  }

  return {
    refer(objectKey, secret) {
      const before = references.get(objectKey);
      if (before?.namespace === secret?.namespace && before?.name === secret?.name) return;
      release(objectKey);
      if (secret === undefined) return;
      const { namespace, name } = secret;
      references.set(objectKey, secret);
      const state = namespaces.get(namespace) ?? newNamespace();
      namespaces.set(namespace, state);
      const known = state.secrets.get(name);
      if (known !== undefined) {
        known.objects.add(objectKey);
        return;
      }
      const isMany = state.secrets.size + 1 >= MANY;
      // Rejects only when it ends.
      if (isMany && state.whole === undefined) watchWhole(namespace, state).catch(() => {});
      const watched: Watched = { objects: new Set([objectKey]), own: undefined, read: undefined };
      if (state.isSingle) watched.own = watchOne(namespace, name, watched);
      state.secrets.set(name, watched);
    },
    noteRead(namespace, name, version) {
      const watched = namespaces.get(namespace)?.secrets.get(name);
      if (watched !== undefined) watched.read = version ?? null;
    },
  };
}

function newNamespace(): Namespace {
  return { secrets: new Map(), whole: undefined, isSingle: true };
}

/** Whether it is another version than was read; a Secret that nobody has read will be. */
function hasChanged(read: Watched['read'], now: Seen | undefined): boolean {
  return read !== undefined && read !== (now?.version ?? null);
}
