import { execFileSync } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { kubernetesBinaries } from '../../control-plane/assets.ts';
import { digest, makeArchive } from './archive-host.ts';
import { failureOf } from './failure.ts';
import { ARCHIVE, NAMES, startFakeSources, type FakeSources } from './fake-sources.ts';

describe('the binaries of Kubernetes', () => {
  let fake: FakeSources;
  beforeEach(async () => {
    fake = await startFakeSources();
  });
  afterEach(() => fake.stop());

  function find(using = fake.options()) {
    return kubernetesBinaries(NAMES, using);
  }
  function folderOf(found: ReadonlyMap<string, string>) {
    return new Set(
      [...found.values()].map((file) => path.relative(fake.cache, path.dirname(file))),
    );
  }

  it('come from the cache before anything else', async () => {
    await fake.cached('v1.2.3-linux-amd64', ['etcd', 'kube-apiserver']);
    await fake.cached('v1.2.0-linux-amd64', NAMES);
    await fake.go();
    const found = await find();
    expect(path.relative(fake.cache, found.get('etcd') ?? '')).to.equal('v1.2.3-linux-amd64/etcd');
    expect(path.relative(fake.cache, found.get('kubectl') ?? '')).to.equal(
      'v1.2.0-linux-amd64/kubectl',
    );
    expect(fake.host.requests).to.deep.equal([]);
    expect(await fake.goRuns()).to.deep.equal([]);
  });

  it('come from the official archive before a build, once', async () => {
    fake.host.serve(ARCHIVE, fake.archive);
    await fake.go();
    const found = await find();
    expect([...folderOf(found)]).to.deep.equal(['v1.2.0-linux-amd64']);
    const said = execFileSync(found.get('kubectl') ?? '', { encoding: 'utf8' });
    expect(said).to.equal('kubectl of the archive\n');
    expect(fake.told).to.deep.equal([`Downloading ${fake.host.base}${ARCHIVE} (1 MB), once`]);
    await find();
    expect(fake.host.requests).to.deep.equal([ARCHIVE]);
    expect(await fake.goRuns()).to.deep.equal([]);
    expect(await readdir(fake.cache)).to.deep.equal(['v1.2.0-linux-amd64']);
  });

  it('are located by the index where no checksum is pinned', async () => {
    const name = 'envtest-v1.2.0-darwin-arm64.tar.gz';
    const entry = {
      hash: digest('sha512', fake.archive).toUpperCase(),
      selfLink: `${fake.host.base}/mac`,
    };
    fake.host.serve('/index.yaml', JSON.stringify({ releases: { 'v1.2.0': { [name]: entry } } }));
    fake.host.serve('/mac', fake.archive);
    const found = await find(fake.options({ ...fake.machine, platform: 'darwin-arm64' }));
    expect([...folderOf(found)]).to.deep.equal(['v1.2.0-darwin-arm64']);
    expect(fake.host.requests).to.deep.equal(['/index.yaml', '/mac']);
  });

  const useless: readonly (readonly [string, string, string])[] = [
    ['has no such platform', '{ releases: { v1.2.0: {} } }', 'there is no envtest-v1.2.0'],
    ['is a login page', '<html><a href="x">: login', 'is not an index of envtest archives'],
    ['has another shape', 'releases: [1, 2]', 'is not an index of envtest archives'],
  ];
  for (const [what, index, reason] of useless) {
    it(`are built when the index ${what}`, async () => {
      fake.host.serve('/index.yaml', index);
      const machine = { ...fake.machine, platform: 'linux-s390x' };
      expect(await failureOf(find(fake.options(machine)))).to.contain(reason);
      await fake.go();
      expect([...folderOf(await find(fake.options(machine)))]).to.deep.equal([
        'v1.2.3-linux-s390x',
      ]);
    });
  }

  it('are built when the archive does not have its checksum', async () => {
    fake.host.serve(ARCHIVE, await makeArchive('controller-tools/envtest', [...NAMES, 'evil']));
    await fake.go();
    expect([...folderOf(await find())]).to.deep.equal(['v1.2.3-linux-amd64']);
    expect(await readdir(fake.cache)).to.deep.equal(['v1.2.3-linux-amd64']);
  });

  it('are built when the archive lacks one, and nothing of it is kept', async () => {
    const short = await makeArchive('controller-tools/envtest', ['etcd', 'kubectl']);
    fake.host.serve(ARCHIVE, short);
    const using = fake.options(fake.machine, digest('sha512', short));
    expect(await failureOf(find(using))).to.contain('does not hold kube-apiserver');
    expect(await readdir(fake.cache)).to.deep.equal([]);
    await fake.go();
    expect([...folderOf(await find(using))]).to.deep.equal(['v1.2.3-linux-amd64']);
  });

  it('are built with pinned modules and their version when there is no archive', async () => {
    await fake.go();
    const found = await find();
    const said = execFileSync(found.get('kube-apiserver') ?? '', { encoding: 'utf8' });
    expect(said).to.equal('kube-apiserver by Go\n');
    const runs = await fake.goRuns();
    expect(runs).to.have.length(3);
    expect(runs[1]).to.match(/^0 linux amd64 off build -C \/modules\/kubernetes -mod=readonly /);
    expect(runs[1]).to.contain(' -trimpath -ldflags=-s -w ');
    expect(runs[1]).to.contain(' -X k8s.io/component-base/version.gitVersion=v1.2.3 ');
    expect(runs[1]).to.match(/ k8s\.io\/kubernetes\/cmd\/kube-apiserver$/);
    expect(fake.told).to.include(
      'Building kube-apiserver (Kubernetes 1.2.3) with Go, once: about 5 minutes on two cores',
    );
  });

  it('are built only where they are missing', async () => {
    await fake.cached('v1.2.3-linux-amd64', ['etcd', 'kube-apiserver']);
    await fake.go();
    await find();
    const runs = await fake.goRuns();
    expect(runs).to.have.length(1);
    expect(runs[0]).to.match(/cmd\/kubectl$/);
  });

  it('fail with one line that says why and what to do', async () => {
    await fake.host.stop();
    const said = await failureOf(find());
    expect(fake.told).to.deep.equal([]);
    expect(said).to.match(
      /^Kubernetes 1\.2\.3 is not to be had \(etcd, kube-apiserver, kubectl\): the official archive: 127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\); the build: Go is not installed\. Connect to the Internet, install Go 1\.25 or newer, or set KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver, kubectl$/,
    );
  });

  it('fail with what Go said last, and leave nothing half', async () => {
    await fake.go('echo "go: downloading x" >&2; echo "go: no route" >&2; exit 1');
    const said = await failureOf(find());
    expect(said).to.contain('the build: go build go.etcd.io/etcd/server/v3: go: no route.');
    expect(said).not.to.contain('\n');
    expect(await readdir(fake.cache)).to.deep.equal([]);
  });

  it('are built once when two ask at the same time', async () => {
    await fake.go();
    const [one, other] = await Promise.all([find(), find()]);
    expect(one).to.deep.equal(other);
    expect(await fake.goRuns()).to.have.length(3);
  });

  it('stop being built when that is no longer wanted', async () => {
    await fake.go('PATH=/usr/bin:/bin; exec sleep 600');
    const found = find();
    found.catch(() => {});
    while ((await fake.goRuns()).length === 0) await sleep(10);
    fake.abort.abort(new Error('no longer wanted'));
    expect(await failureOf(found)).to.equal('no longer wanted');
    expect(await readdir(fake.cache)).to.deep.equal([]);
  });

  it('lie in XDG_CACHE_HOME, if that is absolute', async () => {
    await fake.go();
    const elsewhere = path.join(fake.folder, 'elsewhere');
    const found = await find(fake.options(fake.withEnv({ XDG_CACHE_HOME: elsewhere })));
    expect(found.get('etcd')).to.equal(
      path.join(elsewhere, 'institution-sync/control-plane/v1.2.3-linux-amd64/etcd'),
    );
    const relative = await find(fake.options(fake.withEnv({ XDG_CACHE_HOME: 'here' })));
    expect([...folderOf(relative)]).to.deep.equal(['v1.2.3-linux-amd64']);
  });

  it('fail with one line when the cache cannot be written', async () => {
    const file = path.join(fake.folder, 'file');
    await writeFile(file, '');
    const said = await failureOf(find(fake.options(fake.withEnv({ XDG_CACHE_HOME: file }))));
    expect(said).to.match(/^The cache cannot be written \(.*\): set XDG_CACHE_HOME to a folder/);
  });
});
