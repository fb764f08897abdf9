import type { Log } from '../telemetry/log.ts';
import { backoffDelay, type Random } from '../time/backoff.ts';
import type { Clock } from '../time/clock.ts';
import type { ApiAccess, Selection } from './api-access.ts';
import { isExpired, KubernetesError } from './kubernetes-error.ts';
import { listAll } from './list-all.ts';
import { createObjectStore, type ObjectHandler } from './object-store.ts';
import type { ApiObject } from './resource.ts';
import { followWatch, type SilenceLimits, type WatchEvent } from './watch.ts';

export interface ReflectorOptions<T> {
  readonly access: ApiAccess;
  readonly selection: Selection;
  /** What is kept of an object. It may throw: the object is then logged and left out. */
  readonly parse: (object: ApiObject) => T;
  /** Called once for each change, also for those found by listing anew after a lost connection. */
  readonly onEvent: ObjectHandler<T>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly settings?: Partial<ReflectorSettings>;
}

export interface ReflectorSettings {
  readonly pageSize: number;
  /** A watch lasts at least this long, and at most as long again: many do not end together. */
  readonly watchSeconds: number;
  readonly silence: SilenceLimits;
}

export const REFLECTOR_DEFAULTS: ReflectorSettings = {
  pageSize: 500,
  watchSeconds: 290,
  silence: { answerMs: 30_000, marginMs: 15_000, bookmarkMs: 180_000 },
};

export interface Reflector<T> {
  /** By `namespace/name`, or the name of what has no namespace. */
  readonly get: (key: string) => T | undefined;
  readonly list: () => readonly T[];
  /** Resolves when all objects are known; rejects with the signal's reason if it aborts before. */
  readonly synced: Promise<void>;
  /**
   * When the server was last heard of: an answer, an event, a bookmark; milliseconds since the epoch.
   * A server that sends no bookmarks may be silent for as long as a watch lasts.
   */
  lastHeard(): number;
  /** Resolves when the signal has aborted and all work has ended. */
  readonly done: Promise<void>;
}

/** client-go's: 0.8 s at first, 30 s at most. */
const BACKOFF = { firstMs: 800, capMs: 30_000 };

/** After a watch that lasted so long, the next failure waits as if it were the first. */
const STEADY_MS = 5_000;

/** A server that asks for a longer pause is not obeyed: that would be a stop in silence. */
const LONGEST_RETRY_AFTER_MS = 60_000;

/**
 * Mirrors the objects selected: lists them, then watches, for as long as the signal lets it. It never
 * gives up. A lost watch resumes where it stood; when the server has forgotten that state, all are
 * listed again, and only what really changed is told.
 */
export function startReflector<T>(options: ReflectorOptions<T>, signal: AbortSignal): Reflector<T> {
  const { access, selection, clock, random } = options;
  const settings = { ...REFLECTOR_DEFAULTS, ...options.settings };
  const log = options.log.child({ resource: selection.resource.plural, ...namespaceOf(selection) });
  const store = createObjectStore({ ...options, log });
  const synced = Promise.withResolvers<void>();
  synced.promise.catch(() => {});
  let heardAt = clock.now();
  let version: string | undefined;
  let failing: string | undefined;

  function hear(): void {
    heardAt = clock.now();
  }

  async function list(): Promise<string> {
    const { pageSize } = settings;
    const listed = await listAll({ access, selection, pageSize, onPage: hear }, signal);
    store.replaceAll(listed.items);
    synced.resolve();
    return listed.resourceVersion;
  }

  function take(event: WatchEvent): void {
    if (event.type === 'DELETED') store.delete(event.object);
    else if (event.type !== 'BOOKMARK') store.set(event.object);
    version = event.object.metadata.resourceVersion;
  }

  /** Follows one watch, after a listing where one is needed. Never rejects. */
  async function follow(): Promise<Round> {
    const timeoutSeconds = Math.round(settings.watchSeconds * (1 + random()));
    const listed = version === undefined;
    let openedAt: number | undefined;
    function onHeard(): void {
      hear();
      if (openedAt === undefined) recovered();
      openedAt ??= heardAt;
    }
    let error: unknown;
    try {
      version ??= await list();
      const watch = { access, selection, clock, silence: settings.silence, timeoutSeconds };
      await followWatch({ ...watch, resourceVersion: version, onHeard, onEvent: take }, signal);
    } catch (caught) {
      error = caught;
      if (!mayResume(error)) version = undefined;
    }
    const lastedMs = openedAt === undefined ? 0 : clock.now() - openedAt;
    if (isExpired(error) && !listed) return { end: 'forgotten', lastedMs, error };
    const complete = error === undefined && lastedMs >= (timeoutSeconds - 1) * 1000;
    return { end: complete ? 'complete' : 'failed', lastedMs, error };
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const { end, lastedMs, error } = await follow();
      if (lastedMs >= STEADY_MS) failures = 0;
      if (signal.aborted || end === 'complete') continue;
      if (end === 'forgotten') {
        log.debug('The API server has forgotten the last version; listing again', { error });
        continue;
      }
      report(error);
      const pauseMs = Math.max(backoffDelay(BACKOFF, failures, random), retryAfter(error));
      failures += 1;
      await clock.sleep(pauseMs, signal);
    }
  }

  /** Once for each cause, however often it is tried: a quiet log even when the server is away. */
  function report(error: unknown): void {
    if (error === undefined) return;
    const message = error instanceof Error ? error.message : 'unknown';
    if (message !== failing)
      log.warn('A watch of the Kubernetes API failed; trying again', { error });
    failing = message;
  }

  function recovered(): void {
    if (failing !== undefined) log.info('A watch of the Kubernetes API works again');
    failing = undefined;
  }

  const done = run()
    .catch(() => {})
    .then(() => synced.reject(signal.reason));
  return {
    get: store.get,
    list: store.list,
    synced: synced.promise,
    lastHeard: () => heardAt,
    done,
  };
}

interface Round {
  /**
   * `complete`: the server ended the watch when it was to. `forgotten`: it no longer holds a version
   * from before; one that it has given just now and does not know is a failure.
   */
  readonly end: 'complete' | 'forgotten' | 'failed';
  /** How long the watch was open. */
  readonly lastedMs: number;
  readonly error: unknown;
}

/** Whether the version that was reached is still good: 410 and what cannot be read say that it is not. */
function mayResume(error: unknown): boolean {
  if (!(error instanceof KubernetesError) || error.reason === 'InvalidAnswer') return false;
  return error.transient || error.statusCode === 401 || error.statusCode === 403;
}

function retryAfter(error: unknown): number {
  const ms = error instanceof KubernetesError ? (error.retryAfterMs ?? 0) : 0;
  return Math.min(ms, LONGEST_RETRY_AFTER_MS);
}

function namespaceOf({ namespace }: Selection) {
  return namespace === undefined ? {} : { namespace };
}
