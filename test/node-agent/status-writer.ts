import type { ApiAccess } from '../../src/kubernetes/api-access.ts';
import { isNotFound } from '../../src/kubernetes/kubernetes-error.ts';
import { PODS, type Pod } from './pod.ts';

/** Writes the pod's status as it is when its turn comes: several changes in a row are one write. */
export function openStatusWriter(
  access: ApiAccess,
  { metadata: { name, namespace, uid } }: Pod,
  statusNow: () => object,
): () => Promise<void> {
  const at = { resource: PODS, namespace, name, subresource: 'status' } as const;
  let last = Promise.resolve();
  let queued = false;

  async function writeAfter(previous: Promise<void>): Promise<void> {
    await previous;
    queued = false;
    const status = statusNow();
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, uid }, status };
    // Applied, so that the scheduler's condition stays beside the agent's.
    const patch = { type: 'apply', body, fieldManager: 'node-agent', force: true } as const;
    try {
      await access.patch(at, patch, new AbortController().signal);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  return function write() {
    if (!queued) {
      queued = true;
      last = writeAfter(last);
    }
    return last;
  };
}
