import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { controlPlaneBinaries, kubernetesBinaries } from '../../control-plane/assets.ts';
import { failureOf } from './failure.ts';
import { executable } from './fake-machine.ts';
import { NAMES, startFakeSources, type FakeSources } from './fake-sources.ts';

describe('KUBEBUILDER_ASSETS', () => {
  let fake: FakeSources;
  beforeEach(async () => {
    fake = await startFakeSources();
  });
  afterEach(() => fake.stop());

  async function assetsFolder(names: readonly string[]): Promise<string> {
    const folder = path.join(fake.folder, 'assets');
    for (const name of names) await executable(path.join(folder, name), `echo ${name} given`);
    return folder;
  }

  it('is where all four come from', async () => {
    const folder = await assetsFolder([...NAMES, 'helm']);
    const found = await controlPlaneBinaries(
      fake.options(fake.withEnv({ KUBEBUILDER_ASSETS: folder })),
    );
    expect(found).to.deep.equal({
      etcd: path.join(folder, 'etcd'),
      kubeApiserver: path.join(folder, 'kube-apiserver'),
      kubectl: path.join(folder, 'kubectl'),
      helm: path.join(folder, 'helm'),
    });
    expect(fake.host.requests).to.deep.equal([]);
    expect(fake.told).to.deep.equal([]);
  });

  it('fails with one line when one is lacking, whatever else there is', async () => {
    await fake.cached('v1.2.3-linux-amd64', NAMES);
    const folder = await assetsFolder(['etcd']);
    const said = await failureOf(
      controlPlaneBinaries(fake.options(fake.withEnv({ KUBEBUILDER_ASSETS: folder }))),
    );
    expect(said).to.equal(
      `KUBEBUILDER_ASSETS is ${folder}, which lacks kube-apiserver, kubectl: ` +
        'point it to a folder that holds etcd, kube-apiserver, kubectl, or unset it',
    );
    expect(fake.host.requests).to.deep.equal([]);
  });

  it('does not count what cannot be run', async () => {
    const folder = await assetsFolder(NAMES);
    await rm(path.join(folder, 'etcd'));
    await writeFile(path.join(folder, 'etcd'), 'not executable', { mode: 0o644 });
    const said = await failureOf(
      controlPlaneBinaries(fake.options(fake.withEnv({ KUBEBUILDER_ASSETS: folder }))),
    );
    expect(said).to.contain('lacks etcd:');
  });

  it('may lack helm and what a control plane can do without', async () => {
    const folder = await assetsFolder(NAMES);
    const helm = await fake.command('helm', 'echo v3.17.0');
    await fake.go();
    const { machine, ...releases } = fake.options(fake.withEnv({ KUBEBUILDER_ASSETS: folder }));
    const found = await controlPlaneBinaries({ machine, ...releases });
    expect(found.helm).to.equal(helm);
    const more = await kubernetesBinaries(['etcd', 'kube-scheduler'], { machine, ...releases });
    expect(Object.fromEntries(more)).to.deep.equal({
      etcd: path.join(folder, 'etcd'),
      'kube-scheduler': path.join(fake.cache, 'v1.2.3-linux-amd64', 'kube-scheduler'),
    });
    expect(fake.host.requests, 'the archive has no scheduler').to.deep.equal([]);
  });
});
