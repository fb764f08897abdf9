import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Client } from './client.ts';

/** A pod as `kubectl get pods` shows it. */
export interface PodLine {
  readonly name: string;
  readonly node: string;
  readonly image: string;
  readonly ready: boolean;
  readonly restarts: number;
  readonly status: string;
}

const Pods = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), deletionTimestamp: z.string().optional() }),
      spec: z.object({
        nodeName: z.string().default(''),
        containers: z.tuple([z.object({ image: z.string() })]),
      }),
      status: z.object({
        phase: z.string(),
        conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
        containerStatuses: z
          .array(
            z.object({
              restartCount: z.number(),
              state: z.object({ waiting: z.object({ reason: z.string() }).optional() }),
            }),
          )
          .default([]),
      }),
    }),
  ),
});

/** The pods of a namespace, by name. */
export async function podsOf({ kubectl }: Client): Promise<readonly PodLine[]> {
  const { items } = Pods.parse(JSON.parse(await kubectl('get', 'pods', '-o', 'json')));
  return items
    .map(({ metadata, spec, status }) => {
      const [container] = status.containerStatuses;
      const waiting = container?.state.waiting?.reason;
      const isReady = status.conditions.some(
        (each) => each.type === 'Ready' && each.status === 'True',
      );
      const isGoing = metadata.deletionTimestamp !== undefined;
      return {
        name: metadata.name,
        node: spec.nodeName,
        image: spec.containers[0].image,
        ready: isReady && !isGoing,
        restarts: container?.restartCount ?? 0,
        status: isGoing ? 'Terminating' : (waiting ?? status.phase),
      };
    })
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

const POLL_MS = 200;

/** Looks until the pods of the namespace fit; rejects with what they are after `timeoutMs`. */
export async function untilPods(
  client: Client,
  fits: (pods: readonly PodLine[]) => boolean,
  timeoutMs = 60_000,
): Promise<readonly PodLine[]> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const pods = await podsOf(client);
    if (fits(pods)) return pods;
    if (performance.now() > deadline) throw new Error(`The pods are ${JSON.stringify(pods)}`);
    await sleep(POLL_MS);
  }
}
