import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { runContainer, type RunningContainer } from '../../node-agent/container.ts';
import type { ContainerProcess, Exit } from '../../node-agent/process.ts';
import { containerWith } from './pods.ts';

/** A process that ends when the test says so. */
interface FakeProcess extends ContainerProcess {
  readonly signals: readonly string[];
  end(exit: Partial<Exit>): void;
  say(text: string): void;
}

function fakeProcess(onOutput: (text: string) => void): FakeProcess {
  const { promise, resolve } = Promise.withResolvers<Exit>();
  const signals: string[] = [];
  return {
    pid: 1,
    exited: promise,
    signals,
    kill(signal) {
      signals.push(signal);
      if (signal === 'SIGKILL') resolve({ exitCode: 137, signal: 9 });
    },
    end: (exit) => resolve({ exitCode: 0, signal: undefined, ...exit }),
    say: onOutput,
  };
}

describe('a container', () => {
  let processes: FakeProcess[];
  let running: RunningContainer;

  function start(fields: Readonly<Record<string, unknown>> = {}, backoffMs = 10_000): void {
    processes = [];
    running = runContainer({
      container: containerWith(fields),
      address: '127.0.0.1',
      graceSeconds: 30,
      backoffMs,
      start(onOutput) {
        const process = fakeProcess(onOutput);
        processes.push(process);
        return Promise.resolve(process);
      },
      onOutput: () => {},
      onChange: () => {},
    });
  }
  async function untilProcess(count: number): Promise<FakeProcess> {
    while (processes.length < count) await sleep(1);
    const process = processes[count - 1];
    if (process === undefined) throw new Error('no process');
    while (!('running' in running.status().state)) await sleep(1);
    return process;
  }
  afterEach(async () => {
    running.stop(0);
    for (const process of processes) process.end({});
    await running.done;
  });

  it('runs, and is ready at once without a readiness probe', async () => {
    start();
    expect(running.status().state).to.deep.equal({ waiting: { reason: 'ContainerCreating' } });
    await untilProcess(1);
    while (!running.status().ready) await sleep(1);
    expect(running.status()).to.include({ started: true, restartCount: 0 });
  });

  it('is started anew when it ends, at once first, then after a pause', async () => {
    start();
    (await untilProcess(1)).end({ exitCode: 3 });
    while (processes.length < 2) await sleep(1);
    const { lastState, restartCount } = running.status();
    expect(restartCount).to.equal(1);
    expect(lastState.terminated).to.include({ exitCode: 3, reason: 'Error' });
    (await untilProcess(2)).end({ exitCode: 3 });
    while (!('waiting' in running.status().state)) await sleep(1);
    expect(running.status().state).to.deep.equal({
      waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s restarting failed container' },
    });
    expect(processes).to.have.length(2);
  });

  for (const [policy, message] of [
    ['FallbackToLogsOnError', 'bad flag'],
    ['File', undefined],
  ] as const) {
    it(`leaves ${message ?? 'no message'} with terminationMessagePolicy ${policy}`, async () => {
      start({ terminationMessagePolicy: policy });
      const process = await untilProcess(1);
      process.say('bad flag');
      process.end({ exitCode: 2 });
      while (running.status().restartCount === 0) await sleep(1);
      expect(running.status().lastState.terminated?.message).to.equal(message);
    });
  }

  it('gets SIGTERM first, and its time', async () => {
    start();
    const process = await untilProcess(1);
    running.stop(30);
    expect(process.signals).to.deep.equal(['SIGTERM']);
    process.end({});
    await running.done;
    expect(process.signals).to.deep.equal(['SIGTERM']);
    const { state } = running.status();
    expect('terminated' in state && state.terminated.reason).to.equal('Completed');
    expect(processes).to.have.length(1);
  });

  it('gets SIGKILL when its time is over', async () => {
    start();
    const process = await untilProcess(1);
    running.stop(0.05);
    await running.done;
    expect(process.signals).to.deep.equal(['SIGTERM', 'SIGKILL']);
    const { state } = running.status();
    expect('terminated' in state && state.terminated.signal).to.equal(9);
  });

  it('is not started anew when it is stopped during a pause', async () => {
    start();
    (await untilProcess(1)).end({ exitCode: 1 });
    (await untilProcess(2)).end({ exitCode: 1 });
    while (!('waiting' in running.status().state)) await sleep(1);
    running.stop(30);
    await running.done;
    expect(processes).to.have.length(2);
  });
});
