import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect } from 'chai';
import { controlPlaneBinaries } from '../../control-plane/assets.ts';
import { digest, makeArchive } from './archive-host.ts';
import { failureOf } from './failure.ts';
import { NAMES, startFakeSources, type FakeSources } from './fake-sources.ts';

const HELM_ARCHIVE = '/helm-v4.5.6-linux-amd64.tar.gz';

describe('the binary of Helm', () => {
  let fake: FakeSources;
  beforeEach(async () => {
    fake = await startFakeSources();
    await fake.cached('v1.2.3-linux-amd64', NAMES);
  });
  afterEach(() => fake.stop());

  async function find(): Promise<string> {
    return (await controlPlaneBinaries(fake.options())).helm;
  }
  function inCache(): string {
    return path.join(fake.cache, 'helm-v4.5.6-linux-amd64', 'helm');
  }

  for (const version of ['v3.17.0+g301108e', 'v3.20.1', 'v4.0.0', 'v4.1']) {
    it(`is the PATH's if that is ${version}`, async () => {
      const helm = await fake.command('helm', `[ "$1" = version ] && echo ${version}`);
      await fake.cached('helm-v4.5.6-linux-amd64', ['helm']);
      expect(await find()).to.equal(helm);
    });
  }

  for (const [what, script] of [
    ['older', 'echo v3.16.4'],
    ['of version 2', 'echo Client: v2.17.0'],
    ['broken', 'exit 1'],
  ]) {
    it(`is the cache's if the PATH's is ${what}`, async () => {
      await fake.command('helm', script ?? '');
      await fake.cached('helm-v4.5.6-linux-amd64', ['helm']);
      expect(await find()).to.equal(inCache());
    });
  }

  it('comes from the official archive, checked against the checksum beside it', async () => {
    const archive = await makeArchive('linux-amd64', ['helm']);
    fake.host.serve(HELM_ARCHIVE, archive);
    fake.host.serve(
      `${HELM_ARCHIVE}.sha256sum`,
      `${digest('sha256', archive)}  helm-v4.5.6-linux-amd64.tar.gz\n`,
    );
    await fake.go();
    expect(await find()).to.equal(inCache());
    expect(await fake.goRuns()).to.deep.equal([]);
    expect(execFileSync(inCache(), { encoding: 'utf8' })).to.equal('helm of the archive\n');
  });

  it('is built when the checksum is another, or none', async () => {
    fake.host.serve(HELM_ARCHIVE, await makeArchive('linux-amd64', ['helm']));
    fake.host.serve(`${HELM_ARCHIVE}.sha256sum`, '<html>');
    expect(await failureOf(find())).to.contain('.sha256sum holds no checksum');
    fake.host.serve(`${HELM_ARCHIVE}.sha256sum`, `${'0'.repeat(64)}  helm`);
    expect(await failureOf(find())).to.contain('does not have the checksum');
    await fake.go();
    expect(await find()).to.equal(inCache());
    expect((await fake.goRuns())[0]).to.contain('version.version=v4.5.6 ');
  });

  it('fails with one line of its own', async () => {
    expect(await failureOf(find())).to.match(
      /^Helm 4\.5\.6 is not to be had \(helm\): .*, or put helm 3\.17 or newer on the PATH$/,
    );
  });
});
