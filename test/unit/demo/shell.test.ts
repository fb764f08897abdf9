import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { openShell, type Shell } from '../../../scripts/demo/shell.ts';
import { openLifeline, type Lifeline } from '../../control-plane/lifeline.ts';
import { isRunning, untilEnded } from '../../control-plane/process-state.ts';

const LONGEST_MS = 5_000;

describe('the shell of the demo', () => {
  let lifeline: Lifeline;
  let abort: AbortController;
  let shell: Shell;
  /** The leaders of the groups that were started. */
  let started: number[];

  beforeEach(async () => {
    started = [];
    abort = new AbortController();
    lifeline = await openLifeline(path.join(tmpdir(), 'demo-shell-test-'));
    const environment = { PATH: process.env['PATH'], GREETING: 'hello' };
    const slow = { ...lifeline, note };
    shell = openShell({ environment, lifeline: slow, signal: abort.signal });
  });
  afterEach(() => lifeline.end());

  /** As on a busy machine: a command has ended before it is noted, unless it takes long. */
  async function note(group: number): Promise<() => Promise<void>> {
    started.push(-group);
    const forget = await lifeline.note(group);
    await Promise.race([untilEnded(-group, LONGEST_MS).catch(() => {}), sleep(300)]);
    return forget;
  }

  async function failureOf(promise: Promise<unknown>): Promise<unknown> {
    return promise.then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  it('returns what a command prints, however fast it ends', async () => {
    const lines = await shell.run('echo "$GREETING"; echo; echo more; echo warning >&2');
    expect(lines).to.deep.equal(['hello', '', 'more']);
    expect(await shell.run('true')).to.deep.equal([]);
  });

  it('tells the last word of a command that fails, under its first line', async () => {
    const failure = await failureOf(shell.run('ls \\\n  /there/is/no/such/folder'));
    expect(String(failure)).to.match(/^Error: `ls` failed: .*\/there\/is\/no\/such\/folder/);
  });

  it('hands on lines until the last one, and ends the command with all that it started', async () => {
    const lines: string[] = [];
    const isLast = (line: string) => lines.push(line) === 3;
    await shell.follow('sleep 60 & echo $!; echo two; echo three; echo four; wait', isLast, 30);
    expect(lines.slice(1)).to.deep.equal(['two', 'three']);
    await untilEnded(Number(lines[0]), LONGEST_MS);
  });

  it('does not wait for a line for ever', async () => {
    const late = await failureOf(shell.follow('echo one; sleep 60', () => false, 0.2));
    expect(String(late)).to.contain('did not show what was expected: nothing more in 0.2 seconds');
    const failed = await failureOf(shell.follow('echo sorry >&2; exit 1', () => false, 30));
    expect(String(failed)).to.contain('did not show what was expected: sorry');
  });

  for (const [what, use] of [
    ['runs', () => shell.run('sleep 60')],
    ['is followed', () => shell.follow('echo one; sleep 60', () => false, 30)],
  ] as const) {
    it(`ends what ${what} when the demo ends, and nothing starts after that`, async () => {
      const reason = new Error('over');
      const failure = failureOf(use());
      expect(await isRunning(started[0] ?? 0)).to.equal(true);
      abort.abort(reason);
      expect(await failure).to.equal(reason);
      await untilEnded(started[0] ?? 0, LONGEST_MS);
      expect(await failureOf(use())).to.equal(reason);
      expect(started).to.have.length(1);
    });
  }
});
