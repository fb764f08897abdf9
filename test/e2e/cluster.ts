import { tmpdir } from 'node:os';
import path from 'node:path';
import { openLifeline } from '../control-plane/lifeline.ts';
import { FOR_PODS, managerBinaries, startManagers } from '../control-plane/managers.ts';
import { startControlPlane, type ControlPlane } from '../control-plane/start.ts';
import type { Image } from '../node-agent/image.ts';
import { isolationFault } from '../node-agent/process.ts';
import { startNodeAgent, type NodeAgent } from '../node-agent/start.ts';

/** A control plane whose Deployments become processes of this machine. */
export interface Cluster extends AsyncDisposable {
  readonly plane: ControlPlane;
  readonly agent: NodeAgent;
}

export const NODES = ['node-a', 'node-b'] as const;

/** Why there can be no cluster on this machine, in one line; undefined when there can. */
async function clusterFault(): Promise<string | undefined> {
  const fault = await managerBinaries().then(isolationFault, (error: unknown) =>
    error instanceof Error ? error.message : String(error),
  );
  return fault && `Skipped: no pods can be run here: ${fault}`;
}

/** Has the tests of a block skipped where there can be no cluster, and says why. */
export function skipWithoutCluster(): void {
  before('find what a cluster needs', async function () {
    // The managers may have to be built, once, which takes minutes.
    this.timeout(0);
    const fault = await clusterFault();
    if (fault === undefined) return;
    console.error(fault);
    this.skip();
  });
}

/** Starts everything. Disposing it ends every process and removes every file. */
export async function startCluster(images: ReadonlyMap<string, Image>): Promise<Cluster> {
  await using stack = new AsyncDisposableStack();
  const plane = await startControlPlane({ apiServerFlags: FOR_PODS });
  stack.defer(() => plane.stop());
  const lifeline = await openLifeline(path.join(tmpdir(), 'institution-sync-cluster-'));
  stack.defer(() => lifeline.end());
  await startManagers(plane, lifeline);
  const { kubeconfig } = plane;
  const agent = await startNodeAgent({ kubeconfig, nodes: NODES, images, lifeline });
  stack.defer(() => agent.stop());
  const all = stack.move();
  return { plane, agent, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
