import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { helm } from '../../control-plane/assets/helm.ts';
import {
  kubernetes,
  newestKubernetes,
  oldestKubernetes,
} from '../../control-plane/assets/versions.ts';

describe('the pins of the control plane', () => {
  const cases = [
    ...[oldestKubernetes, kubernetes, newestKubernetes].map((release) => ({
      release,
      module: 'k8s.io/kubernetes',
    })),
    { release: helm, module: 'helm.sh/helm/v4' },
  ];
  for (const { release, module } of cases) {
    it(`name the same versions as the go.mod of ${release.title}`, async () => {
      const lines = (await readFile(path.join(release.module, 'go.mod'), 'utf8')).split('\n');
      const words = lines.map((line) => line.trim().split(' '));
      expect(words.find(([name]) => name === module)?.[1]).to.equal(release.version);
      expect(words.find(([name]) => name === 'go')?.[1]).to.equal(`${release.go}.0`);
      const tools = words.map((line) => line.find((word) => word !== 'tool'));
      for (const build of Object.values(release.builds)) expect(tools).to.include(build.package);
    });
  }
});
