import type { ApiAccess } from '../kubernetes/api-access.ts';
import { startReflector } from '../kubernetes/reflector.ts';
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
}

export interface SecretWatchesOptions {
  readonly access: ApiAccess;
  /** A Secret that these objects refer to was created, changed or deleted. */
  readonly onChange: (objectKeys: readonly string[]) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

interface Watched {
  readonly objects: Set<string>;
  readonly stop: AbortController;
}

/**
 * Watches exactly the Secrets that objects refer to, one by one and their metadata only: no Secret's
 * content is kept in memory, and no other Secret is ever asked for.
 */
export function watchSecrets(options: SecretWatchesOptions, signal: AbortSignal): SecretWatches {
  const watched = new Map<string, Watched>();
  const references = new Map<string, string>();

  function start(namespace: string, name: string): Watched {
    const entry: Watched = { objects: new Set(), stop: new AbortController() };
    let known = false;
    const reflector = startReflector(
      {
        ...options,
        selection: {
          resource: SECRETS,
          namespace,
          fieldSelector: `metadata.name=${name}`,
          metadataOnly: true,
        },
        parse: () => undefined,
        onEvent: () => {
          // What is there at the start has been, or will be, read by the syncs themselves.
          if (known) options.onChange([...entry.objects]);
        },
      },
      AbortSignal.any([signal, entry.stop.signal]),
    );
    reflector.synced.then(
      () => (known = true),
      () => {},
    );
    return entry;
  }

  function release(objectKey: string): void {
    const secret = references.get(objectKey);
    if (secret === undefined) return;
    references.delete(objectKey);
    const entry = watched.get(secret);
    entry?.objects.delete(objectKey);
    if (entry?.objects.size === 0) {
      entry.stop.abort();
      watched.delete(secret);
    }
  }

  return {
    refer(objectKey, secret) {
      const key = secret && `${secret.namespace}/${secret.name}`;
      if (references.get(objectKey) === key) return;
      release(objectKey);
      if (secret === undefined || key === undefined) return;
      const entry = watched.get(key) ?? start(secret.namespace, secret.name);
      watched.set(key, entry);
      entry.objects.add(objectKey);
      references.set(objectKey, key);
    },
  };
}
