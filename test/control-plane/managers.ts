import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { kubernetesBinaries, type AssetOptions } from './assets.ts';
import type { Lifeline } from './lifeline.ts';
import type { ControlPlane } from './start.ts';

/** What makes pods of Deployments, collects garbage, ends namespaces and binds pods to nodes. */
const MANAGERS = ['kube-controller-manager', 'kube-scheduler'] as const;

/** kube-apiserver's flags for a cluster whose pods run. */
export const FOR_PODS = {
  // Gives pods their token; it needs the controller manager.
  'disable-admission-plugins': null,
};

/** Their paths. They are in no archive: Go builds them, once. Rejects with what to do. */
export function managerBinaries(options?: AssetOptions): Promise<ReadonlyMap<string, string>> {
  return kubernetesBinaries(MANAGERS, options);
}

/**
 * Starts kube-controller-manager and kube-scheduler beside a control plane, with an administrator's
 * rights. They end with the lifeline.
 */
export async function startManagers(plane: ControlPlane, lifeline: Lifeline): Promise<void> {
  const { kubeconfig, certificates } = plane;
  const flags = {
    'kube-controller-manager': [
      `--service-account-private-key-file=${certificates.serviceAccountKey}`,
      `--root-ca-file=${certificates.authority}`,
    ],
    'kube-scheduler': [
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
    ],
  };
  const binaries = await managerBinaries();
  for (const name of MANAGERS) {
    const common = [`--kubeconfig=${kubeconfig}`, '--leader-elect=false', '--secure-port=0'];
    const binary = await lifeline.launcher(name, binaries.get(name) ?? name);
    const child = spawn(binary, [...common, ...flags[name]], { stdio: 'ignore' });
    await once(child, 'spawn');
  }
}
