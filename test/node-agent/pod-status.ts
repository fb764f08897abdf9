import type { ContainerStatus } from './container.ts';
import type { Pod } from './pod.ts';

export interface PodFacts {
  readonly pod: Pod;
  readonly node: string;
  readonly address: string;
  readonly startTime: string;
  /** By the container's name. */
  readonly containers: ReadonlyMap<string, ContainerStatus>;
  /** All have ended for good. */
  readonly ended: boolean;
  /** Before, so that a condition keeps its time while it stays. */
  readonly before: readonly PodCondition[];
}

export interface PodCondition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly lastTransitionTime: string;
}

/** The status of a pod, as a kubelet writes it. */
export function podStatus(facts: PodFacts) {
  const { pod, node, address, startTime, containers, ended } = facts;
  const statuses = [...containers.values()];
  const ready = !ended && statuses.every((status) => status.ready);
  const creating = statuses.some(({ state, restartCount }) => 'waiting' in state && !restartCount);
  return {
    phase: phaseOf(statuses, ended, creating),
    startTime,
    hostIP: node,
    hostIPs: [{ ip: node }],
    podIP: address,
    podIPs: [{ ip: address }],
    conditions: [
      condition(facts, 'PodReadyToStartContainers', !ended),
      condition(facts, 'Initialized', true),
      condition(facts, 'ContainersReady', ready),
      condition(facts, 'Ready', ready),
    ],
    containerStatuses: pod.spec.containers.map(({ name, image }) => ({
      name,
      image,
      imageID: '',
      ...containers.get(name),
    })),
  };
}

function phaseOf(statuses: readonly ContainerStatus[], ended: boolean, creating: boolean): string {
  if (!ended) return creating ? 'Pending' : 'Running';
  const failed = statuses.some(
    ({ state }) => 'terminated' in state && state.terminated.exitCode !== 0,
  );
  return failed ? 'Failed' : 'Succeeded';
}

function condition({ before }: PodFacts, type: string, is: boolean): PodCondition {
  const status = is ? 'True' : 'False';
  const last = before.find((each) => each.type === type);
  if (last?.status === status) return last;
  return { type, status, lastTransitionTime: new Date().toISOString() };
}
