import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { runCommand } from '../../control-plane/command.ts';
import { openLifeline, type Lifeline } from '../../control-plane/lifeline.ts';
import { isRunning, untilEnded } from '../../control-plane/process-state.ts';

const doomed = fileURLToPath(new URL('doomed.mts', import.meta.url));
const prefix = path.join(tmpdir(), 'lifeline-test-');

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

describe('a lifeline', () => {
  it('has a folder of its own, for its user alone', async () => {
    const [one, other] = [await openLifeline(prefix), await openLifeline(prefix)];
    expect(one.folder).to.match(/^\/.*lifeline-test-/);
    expect(one.folder).not.to.equal(other.folder);
    expect((await stat(one.folder)).mode & 0o777).to.equal(0o700);
    await one.end();
    expect(await isThere(one.folder)).to.equal(false);
    expect(await isThere(other.folder)).to.equal(true);
    await other.end();
  });

  for (const end of ['SIGKILL', 'SIGTERM', 'SIGINT', 'crash', 'exit'] as const) {
    it(`ends children and removes its folder after ${end}`, async () => {
      const parent = spawn(process.execPath, [doomed, end], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const [said]: unknown[] = await once(parent.stdout, 'data');
      const [folder = '', pid] = String(said).split('\n');
      const child = Number(pid);
      if (end !== 'crash' && end !== 'exit') {
        expect(await isRunning(child)).to.equal(true);
        parent.kill(end);
      }
      await untilEnded(child, 5000);
      while (await isThere(folder)) await sleep(20);
    });
  }

  it('knows its children by name, and leaves alone what it has forgotten', async () => {
    const lifeline = await openLifeline(prefix);
    const launcher = await lifeline.launcher('sleeper', '/bin/sleep');
    const child = spawn(launcher, ['600'], { stdio: 'ignore' });
    while (!(await lifeline.signal('sleeper', 'SIGCONT'))) await sleep(10);
    await lifeline.forget('sleeper');
    expect(await lifeline.signal('sleeper', 'SIGKILL')).to.equal(false);
    await lifeline.end();
    expect(child.exitCode).to.equal(null);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });

  it('does not mind a child that ended by itself', async () => {
    const lifeline = await openLifeline(prefix);
    const child = spawn(await lifeline.launcher('brief', '/bin/echo'), ['done']);
    expect(await text(child.stdout)).to.equal('done\n');
    if (child.exitCode === null) await once(child, 'exit');
    expect(await lifeline.signal('brief', 'SIGTERM')).to.equal(false);
    await lifeline.end();
  });
});

describe('a command', () => {
  let lifeline: Lifeline;
  beforeEach(async () => {
    lifeline = await openLifeline(prefix);
  });
  afterEach(() => lifeline.end());

  it('gives back its code and what it said, and is forgotten', async () => {
    const script = 'read line; echo "$line $A $B"; echo problem >&2; exit 3';
    const options = { input: 'input\n', env: { B: 'b' } };
    const result = await runCommand(lifeline, '/bin/sh', ['-c', script], { A: 'a' }, options);
    expect(result).to.deep.equal({ code: 3, stdout: 'input a b\n', stderr: 'problem\n' });
    expect(await readdir(path.join(lifeline.folder, 'pids'))).to.deep.equal([]);
  });

  it('may ignore its input', async () => {
    const input = 'x'.repeat(1_000_000);
    const result = await runCommand(lifeline, '/bin/sh', ['-c', 'exit 0'], {}, { input });
    expect(result.code).to.equal(0);
  });

  it('can be ended', async () => {
    const signal = AbortSignal.abort();
    const result = await runCommand(lifeline, '/bin/sleep', ['600'], {}, { signal });
    expect(result.code).to.equal(128);
  });

  it('rejects when it does not exist', async () => {
    const error = await runCommand(lifeline, '/no/such/command', [], {}).catch(
      (reason: unknown) => reason,
    );
    expect(error).to.have.property('code', 'ENOENT');
  });
});
