import path from 'node:path';
import { firstExecutable } from './assets/cache.ts';
import { helm, helmOnPath } from './assets/helm.ts';
import { CONTROL_PLANE } from './assets/kubernetes.ts';
import { thisMachine, type Machine } from './assets/machine.ts';
import { obtain } from './assets/obtain.ts';
import type { Release } from './assets/release.ts';
import { kubernetes } from './assets/versions.ts';

/** Paths of the binaries that a control plane consists of, and of its clients. */
export interface Binaries {
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubectl: string;
  readonly helm: string;
}

export interface AssetOptions {
  readonly machine?: Machine;
  readonly kubernetes?: Release;
  readonly helm?: Release;
}

/**
 * Finds etcd, kube-apiserver, kubectl and helm, or gets them: from KUBEBUILDER_ASSETS, this
 * project's cache, the official archives, or a Go build of pinned modules. A first build takes
 * minutes. Rejects with one line that says what to do.
 */
export async function controlPlaneBinaries(options: AssetOptions = {}): Promise<Binaries> {
  const machine = options.machine ?? thisMachine();
  const found = await kubernetesBinaries(CONTROL_PLANE, { ...options, machine });
  return {
    etcd: pathOf(found, 'etcd'),
    kubeApiserver: pathOf(found, 'kube-apiserver'),
    kubectl: pathOf(found, 'kubectl'),
    helm: await helmBinary(options.helm ?? helm, machine),
  };
}

/** The same for any binaries of Kubernetes, `kube-controller-manager` for example, by their names. */
export async function kubernetesBinaries(
  names: readonly string[],
  options: AssetOptions = {},
): Promise<ReadonlyMap<string, string>> {
  const machine = options.machine ?? thisMachine();
  const release = options.kubernetes ?? kubernetes;
  const given = await givenAssets(names, machine);
  const rest = names.filter((name) => !given.has(name));
  if (rest.length === 0) return given;
  const remedy = `set KUBEBUILDER_ASSETS to a folder with ${names.join(', ')}`;
  return new Map([...given, ...(await obtain(release, rest, machine, remedy))]);
}

/** What lies in KUBEBUILDER_ASSETS. Rejects when that is set but is not a control plane. */
async function givenAssets(
  names: readonly string[],
  machine: Machine,
): Promise<ReadonlyMap<string, string>> {
  const folder = machine.env['KUBEBUILDER_ASSETS'] ?? '';
  const found = new Map<string, string>();
  if (folder === '') return found;
  for (const name of names) {
    const file = await firstExecutable([path.resolve(folder, name)]);
    if (file !== undefined) found.set(name, file);
  }
  const lacking = CONTROL_PLANE.filter((name) => names.includes(name) && !found.has(name));
  if (lacking.length === 0) return found;
  throw new Error(
    `KUBEBUILDER_ASSETS is ${folder}, which lacks ${lacking.join(', ')}: ` +
      `point it to a folder that holds ${CONTROL_PLANE.join(', ')}, or unset it`,
  );
}

async function helmBinary(release: Release, machine: Machine): Promise<string> {
  const given = await givenAssets(['helm'], machine);
  const file = given.get('helm') ?? (await helmOnPath(machine));
  if (file !== undefined) return file;
  const remedy = 'put helm 3.17 or newer on the PATH';
  return pathOf(await obtain(release, ['helm'], machine, remedy), 'helm');
}

function pathOf(found: ReadonlyMap<string, string>, name: string): string {
  const file = found.get(name);
  if (file === undefined) throw new Error(`${name} was looked for and has no path`);
  return file;
}
