import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiAccess } from '../../src/kubernetes/api-access.ts';
import { microTime } from '../../src/kubernetes/micro-time.ts';
import { KUBELET_PORT } from './addresses.ts';

const NODES = { group: '', version: 'v1', plural: 'nodes' };
const LEASES = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases' };
const LEASE_NAMESPACE = 'kube-node-lease';

/** A kubelet's. The controller manager takes a node for dead after 40 s without. */
const HEARTBEAT_MS = 10_000;
const LEASE_SECONDS = 40;

const CAPACITY = { cpu: '4', memory: '8Gi', pods: '110', 'ephemeral-storage': '10Gi' };

/** Makes a node that is ready for pods and gives signs of life until the signal aborts. */
export async function registerNode(
  access: ApiAccess,
  name: string,
  address: string,
  signal: AbortSignal,
): Promise<{ readonly done: Promise<void> }> {
  const labels = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' };
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name, labels } };
  await access.create({ resource: NODES }, node, signal);
  const now = new Date().toISOString();
  const status = {
    capacity: CAPACITY,
    allocatable: CAPACITY,
    addresses: [{ type: 'InternalIP', address }],
    daemonEndpoints: { kubeletEndpoint: { Port: KUBELET_PORT } },
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'KubeletReady',
        message: 'The agent runs',
        lastHeartbeatTime: now,
        lastTransitionTime: now,
      },
    ],
  };
  await access.patch(
    { resource: NODES, name, subresource: 'status' },
    { type: 'merge', body: { status }, fieldManager: 'node-agent' },
    signal,
  );
  const lease = await access.create(
    { resource: LEASES, namespace: LEASE_NAMESPACE },
    {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace: LEASE_NAMESPACE },
      spec: leaseSpec(name),
    },
    signal,
  );

  async function beat(): Promise<void> {
    const at = { resource: LEASES, namespace: LEASE_NAMESPACE, name: lease.metadata.name };
    for (;;) {
      await sleep(HEARTBEAT_MS, undefined, { signal });
      const body = { spec: leaseSpec(name) };
      await access.patch(at, { type: 'merge', body, fieldManager: 'node-agent' }, signal);
    }
  }
  return {
    done: beat().catch((error: unknown) => {
      if (!signal.aborted) throw error;
    }),
  };
}

function leaseSpec(name: string) {
  return {
    holderIdentity: name,
    leaseDurationSeconds: LEASE_SECONDS,
    renewTime: microTime(Date.now()),
  };
}
