import type { ApiAccess } from '../kubernetes/api-access.ts';
import type { ObjectHandler } from '../kubernetes/object-store.ts';
import { startReflector, type Reflector } from '../kubernetes/reflector.ts';
import type { Log } from '../telemetry/log.ts';
import type { Random } from '../time/backoff.ts';
import type { Clock } from '../time/clock.ts';
import { INSTITUTION_SYNCS } from './cluster-api.ts';
import type { TenantClaim } from './tenant-conflict.ts';
import { readWatchedObject, type WatchedObject } from './watched-object.ts';

/** The InstitutionSyncs as the API server has them. */
export interface Mirror {
  find(key: string): WatchedObject | undefined;
  /** The objects that this controller works on. */
  list(): readonly WatchedObject[];
  /** Which tenants all objects of the watched namespaces work on, those of other shards included. */
  claims(): readonly TenantClaim[];
  /** Resolves when all objects are known. */
  readonly synced: Promise<unknown>;
  /** As `Reflector.lastHeard`, of the watch that was silent for longest. */
  lastHeard(): number;
  /** Resolves when the signal has aborted and all work has ended. */
  readonly done: Promise<unknown>;
}

export interface MirrorOptions {
  readonly access: ApiAccess;
  /** Only these namespaces; all when empty. */
  readonly namespaces: readonly string[];
  /** Which objects this controller works on; all without one. */
  readonly labelSelector: string | undefined;
  readonly onEvent: ObjectHandler<WatchedObject>;
  /** An object of any shard. Called only with a label selector: without one all are ours. */
  readonly onClaim: ObjectHandler<TenantClaim | undefined>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/**
 * Mirrors the objects that are selected. A controller that works on a part of them also watches the
 * others, and keeps of these only what tells of two objects for one tenant: shards must not fight
 * over it.
 */
export function mirrorObjects(options: MirrorOptions, signal: AbortSignal): Mirror {
  const { labelSelector, onEvent, onClaim, ...common } = options;
  const namespaces = options.namespaces.length === 0 ? [undefined] : options.namespaces;
  const resource = INSTITUTION_SYNCS;

  const own = namespaces.map((namespace) =>
    startReflector(
      {
        ...common,
        selection: { resource, namespace, labelSelector },
        parse: readWatchedObject,
        onEvent,
      },
      signal,
    ),
  );
  const everybodys =
    labelSelector === undefined
      ? []
      : namespaces.map((namespace) =>
          startReflector(
            {
              ...common,
              selection: { resource, namespace },
              parse: (raw) => claimOf(readWatchedObject(raw)),
              onEvent: onClaim,
            },
            signal,
          ),
        );
  const reflectors: readonly Pick<Reflector<unknown>, 'synced' | 'lastHeard' | 'done'>[] = [
    ...own,
    ...everybodys,
  ];

  return {
    find: (key) => own.map((each) => each.get(key)).find(Boolean),
    list: () => own.flatMap((each) => each.list()),
    claims: () =>
      labelSelector === undefined
        ? own.flatMap((each) => each.list()).flatMap((object) => claimOf(object) ?? [])
        : everybodys.flatMap((each) => each.list()).filter((claim) => claim !== undefined),
    synced: Promise.all(reflectors.map((each) => each.synced)),
    lastHeard: () => Math.min(...reflectors.map((each) => each.lastHeard())),
    done: Promise.all(reflectors.map((each) => each.done)),
  };
}

/** None of an object whose spec cannot be read: nobody works on it. */
function claimOf({ metadata, spec }: WatchedObject): TenantClaim | undefined {
  if (spec === undefined) return undefined;
  const { uid, namespace, name, creationTimestamp } = metadata;
  return {
    metadata: { uid, namespace, name, creationTimestamp },
    spec: { auth0: { domain: spec.auth0.domain } },
  };
}
