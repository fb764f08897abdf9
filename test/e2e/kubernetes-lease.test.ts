import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { ApiAccess } from '../../src/kubernetes/api-access.ts';
import type { HeldLease } from '../../src/kubernetes/held-lease.ts';
import { acquireLease } from '../../src/kubernetes/lease.ts';
import { LEASE_TIMES, type LeaseTimes } from '../../src/kubernetes/lease-times.ts';
import { systemClock } from '../../src/time/clock.ts';
import { sharedControlPlane } from '../control-plane/shared.ts';
import type { ControlPlane } from '../control-plane/start.ts';
import { startTcpProxy } from '../control-plane/tcp-proxy.ts';
import { createRecordedLog } from '../unit/kubernetes/recorded-log.ts';
import { kubectl, openAccess, serviceAccountWith } from './kubernetes-client.ts';

const SHORT: LeaseTimes = { leaseDurationMs: 3000, renewDeadlineMs: 2000, retryPeriodMs: 500 };
const CONTENDER = fileURLToPath(new URL('lease-contender.ts', import.meta.url));
const { signal } = new AbortController();

describe('leader election, on a real API server', function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  let namespace: string;
  let kubeconfig: string;
  let opened: ApiAccess[];

  before(async () => {
    plane = await sharedControlPlane();
  });
  beforeEach(async () => {
    opened = [];
    namespace = await plane.createNamespace('lease');
    // What the chart grants, and no more.
    const rights = ['--verb=get,create,update', '--resource=leases.coordination.k8s.io'];
    kubeconfig = await serviceAccountWith(plane, namespace, 'controller', ...rights);
  });
  afterEach(async () => {
    for (const access of opened) await access.close();
  });

  function contend(identity: string, times: LeaseTimes, server?: string): Promise<HeldLease> {
    const access = openAccess(kubeconfig, server);
    opened.push(access);
    return acquireLease(
      {
        access,
        namespace,
        name: 'leader',
        identity,
        times,
        clock: systemClock,
        monotonic: () => performance.now(),
        random: Math.random,
        log: createRecordedLog(),
      },
      signal,
    );
  }

  function field(path: string): Promise<string> {
    const jsonpath = `jsonpath={.spec.${path}}`;
    return kubectl(plane, 'get', 'lease', 'leader', '-n', namespace, '-o', jsonpath);
  }

  it('has one holder of two contenders, and hands over within two seconds of a release', async () => {
    const contenders = [contend('a', LEASE_TIMES), contend('b', LEASE_TIMES)] as const;
    const first = await Promise.race(contenders);
    const holder = await field('holderIdentity');
    const other = contenders[holder === 'a' ? 1 : 0];
    let handedOver = false;
    void other.then(() => (handedOver = true));
    await sleep(3000);
    expect([first.isHeld(), handedOver]).to.deep.equal([true, false]);
    const from = performance.now();
    await first.release(signal);
    const second = await other;
    expect(performance.now() - from).to.be.below(2000);
    expect([first.isHeld(), second.isHeld()]).to.deep.equal([false, true]);
    expect(await field('holderIdentity')).to.equal(holder === 'a' ? 'b' : 'a');
    expect(await field('leaseTransitions')).to.equal('1');
    await second.release(signal);
    expect(await field('holderIdentity')).to.equal('');
  });

  it('is taken over when the holder is cut off, after the holder has stopped', async () => {
    const proxy = await startTcpProxy({ target: plane.server });
    const first = await contend('a', SHORT, proxy.url);
    const second = contend('b', SHORT);
    await sleep(1000);
    proxy.blackHole();
    const from = performance.now();
    await once(first.lost, 'abort');
    expect(first.isHeld()).to.equal(false);
    expect(await field('holderIdentity')).to.equal('a');
    expect(performance.now() - from).to.be.below(2500);
    const held = await second;
    expect(held.isHeld()).to.equal(true);
    expect(performance.now() - from).to.be.within(2000, 5000);
    await held.release(signal);
    await proxy.stop();
  });

  it('survives an outage that is shorter than the renew deadline', async () => {
    const proxy = await startTcpProxy({ target: plane.server });
    const held = await contend('a', SHORT, proxy.url);
    await proxy.refuse();
    await sleep(1200);
    await proxy.resume();
    await sleep(2000);
    expect(held.isHeld()).to.equal(true);
    await held.release(signal);
    await proxy.stop();
  });

  describe('between processes', () => {
    let child: ChildProcess;
    let lines: AsyncIterator<string>;

    beforeEach(async () => {
      const env = {
        ...process.env,
        KUBECONFIG: kubeconfig,
        NAMESPACE: namespace,
        IDENTITY: 'child',
      };
      child = spawn(process.execPath, [CONTENDER], { env, stdio: ['pipe', 'pipe', 'inherit'] });
      if (child.stdout === null) throw new Error('no standard output');
      lines = createInterface(child.stdout)[Symbol.asyncIterator]();
      expect(await nextLine()).to.equal('held');
    });
    afterEach(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    });

    async function nextLine(): Promise<string> {
      const { value } = await lines.next();
      return String(value);
    }

    it('is taken over after a crash', async () => {
      const waiting = contend('b', SHORT);
      await sleep(1000);
      child.kill('SIGKILL');
      const from = performance.now();
      const held = await waiting;
      expect(performance.now() - from).to.be.within(2000, 4500);
      expect(await field('leaseTransitions')).to.equal('1');
      await held.release(signal);
    });

    it('is known to be lost by a process that was stopped, when it wakes', async () => {
      child.stdin?.write('before\n');
      expect(await nextLine()).to.equal('before true');
      const waiting = contend('b', SHORT);
      await sleep(500);
      child.kill('SIGSTOP');
      const held = await waiting;
      child.stdin?.write('after\n');
      child.kill('SIGCONT');
      expect(await nextLine()).to.equal('after false');
      expect(held.isHeld()).to.equal(true);
      await held.release(signal);
    });
  });
});
