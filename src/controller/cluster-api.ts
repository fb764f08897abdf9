import { z } from 'zod';
import {
  API_VERSION,
  APPROVE_ANNOTATION,
  FINALIZER,
  GROUP,
  KIND,
  PLURAL,
  VERSION,
  FIELD_MANAGER,
} from '../api/names.ts';
import type { ApiAccess } from '../kubernetes/api-access.ts';
import type { EventRecorder } from '../kubernetes/events.ts';
import { isConflict, KubernetesError } from '../kubernetes/kubernetes-error.ts';
import type { ObjectPath, Resource } from '../kubernetes/resource.ts';
import type { ObjectApi } from './object-api.ts';
import { readWatchedObject, type WatchedObject } from './watched-object.ts';

export const INSTITUTION_SYNCS: Resource = { group: GROUP, version: VERSION, plural: PLURAL };
export const SECRETS: Resource = { group: '', version: 'v1', plural: 'secrets' };

/** As many as client-go's; then the work queue tries it again, later and later. */
const MOST_CONFLICTS = 5;

/** A Secret without keys has no data, or null. */
const Secret = z.object({
  data: z
    .record(z.string(), z.string())
    .nullish()
    .transform((data) => data ?? {}),
});

/** The reconciler's few acts on the real API server. An object that is gone meanwhile is no error. */
export function openObjectApi(
  access: ApiAccess,
  events: EventRecorder,
  /** Hears which version of a Secret was read; undefined: there was none. */
  onSecretRead: (namespace: string, name: string, version: string | undefined) => void = () => {},
): ObjectApi {
  /** Changes the metadata of the object as it is now; `undefined` leaves it. */
  async function edit(
    object: WatchedObject,
    change: (now: WatchedObject) => object | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const raw = await access.get(pathOf(object), signal);
      const now = raw && readWatchedObject(raw);
      if (now?.metadata.uid !== object.metadata.uid) return;
      const changed = change(now);
      if (changed === undefined) return;
      const { resourceVersion } = now.metadata;
      const body = { metadata: { resourceVersion, ...changed } };
      const patch = { type: 'merge', body, fieldManager: FIELD_MANAGER } as const;
      try {
        return await unlessGone(access.patch(pathOf(object), patch, signal));
      } catch (error) {
        // Somebody, perhaps our own progress, has changed it in between.
        if (!isConflict(error) || attempt >= MOST_CONFLICTS) throw error;
      }
    }
  }

  async function isThere(object: WatchedObject, signal: AbortSignal): Promise<boolean> {
    const now = await access.get(pathOf(object), signal);
    return now?.metadata.uid === object.metadata.uid;
  }

  return {
    async writeStatus(object, status, signal) {
      const { name, namespace, uid } = object.metadata;
      const body = {
        apiVersion: API_VERSION,
        kind: KIND,
        metadata: { name, namespace, uid },
        status,
      };
      const patch = { type: 'apply', body, fieldManager: FIELD_MANAGER, force: true } as const;
      try {
        await unlessGone(access.patch({ ...pathOf(object), subresource: 'status' }, patch, signal));
      } catch (error) {
        // Of a new object of the same name, or of a server that could not settle two writes at once.
        if (!isConflict(error) || (await isThere(object, signal))) throw error;
      }
    },

    setFinalizer: (object, present, signal) =>
      edit(
        object,
        ({ metadata: { finalizers } }) => {
          if (finalizers.includes(FINALIZER) === present) return undefined;
          const others = finalizers.filter((each) => each !== FINALIZER);
          return { finalizers: present ? [...others, FINALIZER] : others };
        },
        signal,
      ),

    removeApproval: (object, hash, signal) =>
      edit(
        object,
        ({ approval }) => {
          if (approval === hash) return { annotations: { [APPROVE_ANNOTATION]: null } };
          throw new Error('The approval was taken back before the changes were released');
        },
        signal,
      ),

    async readSecret(namespace, name, signal) {
      const secret = await access.get({ resource: SECRETS, namespace, name }, signal);
      onSecretRead(namespace, name, secret?.metadata.resourceVersion);
      if (secret === undefined) return undefined;
      const { data } = Secret.parse(secret);
      return Object.fromEntries(
        Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
      );
    },

    recordEvent(object, event, signal) {
      const { name, namespace, uid } = object.metadata;
      const regarding = { apiVersion: API_VERSION, kind: KIND, namespace, name, uid };
      return events.record({ regarding, ...event }, signal);
    },
  };
}

function pathOf({ metadata: { namespace, name } }: WatchedObject): ObjectPath {
  return { resource: INSTITUTION_SYNCS, namespace, name };
}

async function unlessGone(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof KubernetesError) || error.statusCode !== 404) throw error;
  }
}
