import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { startControlPlane } from '../../control-plane/start.ts';
import { failureOf } from './failure.ts';
import { executable } from './fake-machine.ts';

describe('a control plane that cannot start', () => {
  let folder: string;
  const before = process.env['TMPDIR'];
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'start-'));
    process.env['TMPDIR'] = folder;
  });
  afterEach(async () => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    await rm(folder, { recursive: true, force: true });
  });

  it('says what its server said, and leaves nothing', async () => {
    const etcd = await executable(path.join(folder, 'bin', 'etcd'), 'echo no disk >&2; exit 7');
    const none = '/no/such/binary';
    const binaries = { etcd, kubeApiserver: none, kubectl: none, helm: none };
    const said = await failureOf(startControlPlane({ binaries }));
    expect(said).to.match(/^etcd exited before becoming ready/);
    expect(said).to.contain('no disk');
    expect(await readdir(folder)).to.deep.equal(['bin']);
  });
});
