import { fileURLToPath } from 'node:url';
import { kubernetesRelease } from './kubernetes.ts';
import type { Release } from './release.ts';

/** Archives that controller-runtime's envtest uses, published by kubernetes-sigs/controller-tools. */
const ARCHIVES = {
  archiveBase: 'https://github.com/kubernetes-sigs/controller-tools/releases/download',
  archiveIndex:
    'https://raw.githubusercontent.com/kubernetes-sigs/controller-tools/HEAD/envtest-releases.yaml',
};

/** The version that tests and demo run on. */
export const kubernetes: Release = kubernetesRelease({
  ...ARCHIVES,
  version: 'v1.35.4',
  module: moduleFolder('kubernetes'),
  go: '1.25',
  archiveVersion: 'v1.35.0',
  archiveDigests: {
    'linux-amd64':
      '130369c16f076e724d089189afaede960316f5f5dea6cf57be7a4fc6f09c7734' +
      '2893192509790e4056e116e232dff832ed863f5bd55dcb55d38f3ab834828a11',
  },
});

/** The oldest version that is supported. */
export const oldestKubernetes: Release = kubernetesRelease({
  ...ARCHIVES,
  version: 'v1.34.4',
  module: moduleFolder('kubernetes-1.34'),
  go: '1.24',
  archiveVersion: 'v1.34.0',
  archiveDigests: {},
});

/** The newest version that is supported. */
export const newestKubernetes: Release = kubernetesRelease({
  ...ARCHIVES,
  version: 'v1.37.2',
  module: moduleFolder('kubernetes-1.37'),
  go: '1.26',
  archiveVersion: 'v1.37.0',
  archiveDigests: {},
});

function moduleFolder(name: string): string {
  return fileURLToPath(new URL(`../${name}`, import.meta.url));
}
