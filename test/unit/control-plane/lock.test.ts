import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { withLock } from '../../control-plane/assets/lock.ts';
import { fakeMachine, type FakeMachine } from './fake-machine.ts';

describe('the lock of the cache', () => {
  let folder: string;
  let fake: FakeMachine;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lock-'));
    fake = await fakeMachine();
  });
  afterEach(async () => {
    await fake.remove();
    await rm(folder, { recursive: true, force: true });
  });

  it('lets one work at a time, and tells who waits', async () => {
    const order: string[] = [];
    const entered = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const first = withLock(folder, fake.machine, async () => {
      order.push('first begins');
      entered.resolve();
      await release.promise;
      order.push('first ends');
    });
    await entered.promise;
    const told = Promise.withResolvers<string>();
    const second = withLock(folder, { ...fake.machine, tell: told.resolve }, async () => {
      order.push('second');
    });
    expect(await told.promise).to.match(/^Waiting for another process/);
    release.resolve();
    await Promise.all([first, second]);
    expect(order).to.deep.equal(['first begins', 'first ends', 'second']);
    expect(fake.told).to.deep.equal([]);
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it('is given back when the work fails', async () => {
    const failed = await withLock(folder, fake.machine, () =>
      Promise.reject(new Error('failed')),
    ).catch((error: unknown) => error);
    expect(failed).to.have.property('message', 'failed');
    expect(await withLock(folder, fake.machine, async () => 'next')).to.equal('next');
  });

  it('is taken over from a process that died', async () => {
    const file = path.join(folder, '.lock');
    await writeFile(file, 'somebody');
    const minuteAgo = new Date(Date.now() - 60_000);
    await utimes(file, minuteAgo, minuteAgo);
    const done = await Promise.all(
      [1, 2, 3].map((n) => withLock(folder, fake.machine, async () => n)),
    );
    expect(done).to.deep.equal([1, 2, 3]);
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it('can be waited for no longer', async () => {
    await writeFile(path.join(folder, '.lock'), 'somebody');
    const abort = new AbortController();
    const waiting = withLock(
      folder,
      { ...fake.machine, signal: abort.signal, tell: () => abort.abort() },
      async () => 'never',
    ).catch((error: unknown) => error);
    expect(await waiting).to.have.property('name', 'AbortError');
    expect(await readdir(folder)).to.deep.equal(['.lock']);
  });
});
