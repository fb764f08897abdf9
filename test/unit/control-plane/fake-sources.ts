import path from 'node:path';
import type { AssetOptions } from '../../control-plane/assets.ts';
import { helmRelease } from '../../control-plane/assets/helm.ts';
import { kubernetesRelease } from '../../control-plane/assets/kubernetes.ts';
import type { Machine } from '../../control-plane/assets/machine.ts';
import { digest, makeArchive, startArchiveHost, type ArchiveHost } from './archive-host.ts';
import { executable, fakeMachine, type FakeMachine } from './fake-machine.ts';

/** What a control plane consists of. */
export const NAMES = ['etcd', 'kube-apiserver', 'kubectl'];
/** The path of the official archive on the host. */
export const ARCHIVE = '/envtest-v1.2.0/envtest-v1.2.0-linux-amd64.tar.gz';

/** A made-up machine, and made-up releases on a host of their own. */
export interface FakeSources extends FakeMachine {
  readonly host: ArchiveHost;
  /** The official archive, which the host does not serve by itself. */
  readonly archive: Buffer;
  options(
    machine?: Machine,
    sha512?: string,
  ): Required<Pick<AssetOptions, 'machine' | 'kubernetes' | 'helm'>>;
  withEnv(env: NodeJS.ProcessEnv): Machine;
  /** Puts binaries into a folder of the cache. */
  cached(folder: string, names: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

export async function startFakeSources(): Promise<FakeSources> {
  const fake = await fakeMachine();
  const host = await startArchiveHost();
  const archive = await makeArchive('controller-tools/envtest', NAMES);
  return {
    ...fake,
    host,
    archive,
    options: (machine = fake.machine, sha512 = digest('sha512', archive)) => ({
      machine,
      kubernetes: kubernetesRelease({
        version: 'v1.2.3',
        module: '/modules/kubernetes',
        go: '1.25',
        archiveVersion: 'v1.2.0',
        archiveBase: host.base,
        archiveDigests: { 'linux-amd64': sha512 },
        archiveIndex: `${host.base}/index.yaml`,
      }),
      helm: helmRelease({
        version: 'v4.5.6',
        module: '/modules/helm',
        go: '1.25',
        archiveBase: host.base,
      }),
    }),
    withEnv: (env) => ({ ...fake.machine, env: { ...fake.machine.env, ...env } }),
    async cached(folder, names) {
      for (const name of names) {
        await executable(path.join(fake.cache, folder, name), `echo ${name} of the cache`);
      }
    },
    async stop() {
      await host.stop();
      await fake.remove();
    },
  };
}
