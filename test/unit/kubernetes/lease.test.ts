import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { LeaseLost } from '../../../src/kubernetes/held-lease.ts';
import { KubernetesError } from '../../../src/kubernetes/kubernetes-error.ts';
import { leaseSpec } from '../../../src/kubernetes/lease-record.ts';
import { acquireLease, type LeaseOptions } from '../../../src/kubernetes/lease.ts';
import { createLeaseServer, type LeaseServer, type Passage } from './lease-server.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';
import { createRecordedLog } from './recorded-log.ts';

function openWorld() {
  const clock = createManualClock(Date.parse('2026-01-02T03:04:05.678Z'));
  const server = createLeaseServer();
  return { clock, server, log: createRecordedLog(), stop: new AbortController() };
}

function candidate(
  identity: string,
  { clock, server, log, stop }: ReturnType<typeof openWorld>,
  passage?: Passage,
) {
  const options: LeaseOptions = {
    access: server.access(passage),
    namespace: 'n',
    name: 'l',
    identity,
    clock,
    monotonic: () => clock.now(),
    random: () => 0.5,
    log,
  };
  return acquireLease(options, stop.signal);
}

async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 100) {
    clock.advance(Math.min(left, 100));
    await turn();
  }
}

function spec(server: LeaseServer) {
  const lease = server.lease();
  if (lease === undefined) throw new Error('There is no lease');
  return leaseSpec(lease);
}

/** What was logged above the level of info, with its cause where it has one. */
function warnings({ log }: ReturnType<typeof openWorld>): readonly string[] {
  return log.lines
    .filter(({ level }) => level !== 'info')
    .map(({ message, fields: { error } }) =>
      error instanceof Error ? `${message}: ${error.message}` : message,
    );
}

/** A passage that loses requests while `broken`, and answers while `lost`. */
function breakable(): Passage & { broken: boolean; lost: boolean } {
  const passage = {
    broken: false,
    lost: false,
    async request() {
      if (passage.broken) throw new KubernetesError('ECONNREFUSED', 'away', { transient: true });
    },
    async answer() {
      if (passage.lost) throw new KubernetesError('ECONNRESET', 'cut off', { transient: true });
    },
  };
  return passage;
}

describe('LeaseLost', () => {
  it('says its name in logs', () => {
    expect(String(new LeaseLost('nothing is written'))).to.equal('LeaseLost: nothing is written');
  });
});

describe('acquireLease', () => {
  it('makes the lease where there is none', async () => {
    const world = openWorld();
    const held = await candidate('a', world);
    expect(held.isHeld()).to.equal(true);
    const { metadata, ...lease } = world.server.lease() ?? {};
    expect(lease).to.include({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' });
    expect(metadata).to.include({ namespace: 'n', name: 'l' });
    expect([...world.server.paths]).to.deep.equal([
      '/apis/coordination.k8s.io/v1/namespaces/n/leases/l',
    ]);
    expect(spec(world.server)).to.deep.equal({
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      acquireTime: '2026-01-02T03:04:05.678000Z',
      renewTime: '2026-01-02T03:04:05.678000Z',
      leaseTransitions: 0,
    });
    await held.release(world.stop.signal);
  });

  it('leaves it to the other, without a warning, when two make it at once', async () => {
    const world = openWorld();
    const one = candidate('a', world);
    const other = candidate('b', world);
    const held = await one;
    await pass(world.clock, 5000);
    expect(world.server.requests.slice(0, 4)).to.deep.equal(['get', 'get', 'create', 'create']);
    expect(world.log.lines.filter(({ level }) => level !== 'info')).to.deep.equal([]);
    await held.release(world.stop.signal);
    await pass(world.clock, 2000);
    await (await other).release(world.stop.signal);
  });

  it('renews by one write every two seconds', async () => {
    const world = openWorld();
    const held = await candidate('a', world);
    world.server.requests.length = 0;
    await pass(world.clock, 60_000);
    expect(world.server.requests).to.deep.equal(Array.from({ length: 30 }, () => 'replace'));
    expect(held.isHeld()).to.equal(true);
    expect(spec(world.server)).to.include({
      acquireTime: '2026-01-02T03:04:05.678000Z',
      renewTime: '2026-01-02T03:05:05.678000Z',
      leaseTransitions: 0,
    });
    await held.release(world.stop.signal);
  });

  it('hands over within two seconds of a release', async () => {
    const world = openWorld();
    const first = await candidate('a', world);
    const second = candidate('b', world);
    await pass(world.clock, 30_000);
    await first.release(world.stop.signal);
    expect(first.isHeld()).to.equal(false);
    expect(first.lost.aborted).to.equal(false);
    expect(spec(world.server)).to.include({ holderIdentity: null, leaseDurationSeconds: 1 });
    await pass(world.clock, 2000);
    const held = await second;
    expect(held.isHeld()).to.equal(true);
    expect(spec(world.server)).to.include({ holderIdentity: 'b', leaseTransitions: 1 });
    await held.release(world.stop.signal);
    expect(world.clock.sleepers()).to.equal(0);
  });

  it('takes over from a holder that is silent, 15 s after its last change was seen', async () => {
    const world = openWorld();
    world.server.set({
      metadata: { name: 'l', uid: 'u', resourceVersion: '1' },
      spec: {
        holderIdentity: 'crashed',
        leaseDurationSeconds: 15,
        // A clock that is wrong by years, both ways, must not matter.
        acquireTime: '2040-01-01T00:00:00.000000Z',
        renewTime: '2001-01-01T00:00:00.000000Z',
        leaseTransitions: 7,
      },
    });
    const waiting = candidate('b', world);
    let held = false;
    void waiting.then(() => (held = true));
    await pass(world.clock, 14_900);
    expect(held).to.equal(false);
    expect(world.log.lines).to.deep.equal([
      {
        level: 'info',
        message: 'Another process holds the lease',
        fields: { lease: 'n/l', identity: 'b', holder: 'crashed' },
      },
    ]);
    await pass(world.clock, 200);
    expect(held).to.equal(true);
    expect(spec(world.server)).to.include({ holderIdentity: 'b', leaseTransitions: 8 });
    await (await waiting).release(world.stop.signal);
  });

  it('respects the longer duration of another holder', async () => {
    const world = openWorld();
    world.server.set({
      metadata: { name: 'l', uid: 'u', resourceVersion: '1' },
      spec: { holderIdentity: 'slow', leaseDurationSeconds: 60 },
    });
    const waiting = candidate('b', world);
    await pass(world.clock, 59_000);
    expect(spec(world.server).holderIdentity).to.equal('slow');
    await pass(world.clock, 1100);
    expect(spec(world.server).holderIdentity).to.equal('b');
    await (await waiting).release(world.stop.signal);
  });

  it('takes its own duration for that of a holder that names none', async () => {
    const world = openWorld();
    world.server.set({
      metadata: { name: 'l', uid: 'u', resourceVersion: '1' },
      spec: { holderIdentity: 'other' },
    });
    const waiting = candidate('b', world);
    await pass(world.clock, 14_900);
    expect(spec(world.server).holderIdentity).to.equal('other');
    await pass(world.clock, 200);
    expect(spec(world.server).holderIdentity).to.equal('b');
    await (await waiting).release(world.stop.signal);
  });

  for (const [what, left] of [
    ['was given up', { holderIdentity: null, leaseDurationSeconds: 60 }],
    ['cannot be read', { holderIdentity: 'x', leaseTransitions: 'many' }],
  ] as const) {
    it(`takes a lease that ${what} at once`, async () => {
      const world = openWorld();
      world.server.set({
        metadata: { name: 'l', uid: 'u', resourceVersion: '1' },
        spec: left,
      });
      const waiting = candidate('b', world);
      await pass(world.clock, 100);
      expect(spec(world.server)).to.include({ holderIdentity: 'b' });
      await (await waiting).release(world.stop.signal);
    });
  }

  it('takes its own lease again at once after a restart', async () => {
    const world = openWorld();
    world.server.set({
      metadata: { name: 'l', uid: 'u', resourceVersion: '1' },
      spec: { holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 3 },
    });
    const held = await candidate('a', world);
    expect(spec(world.server)).to.include({ holderIdentity: 'a', leaseTransitions: 3 });
    await held.release(world.stop.signal);
  });

  it('survives errors of the API that end before the renew deadline', async () => {
    const world = openWorld();
    const passage = breakable();
    const held = await candidate('a', world, passage);
    passage.broken = true;
    await pass(world.clock, 8900);
    passage.broken = false;
    await pass(world.clock, 30_000);
    expect(held.isHeld()).to.equal(true);
    expect(held.lost.aborted).to.equal(false);
    // After two seconds, then every second.
    expect(warnings(world)).to.deep.equal(
      Array.from({ length: 7 }, () => 'The lease could not be renewed; trying again: away'),
    );
    await held.release(world.stop.signal);
  });

  it('survives an answer that is lost: the next renewal meets its own write', async () => {
    const world = openWorld();
    const passage = breakable();
    const held = await candidate('a', world, passage);
    passage.lost = true;
    await pass(world.clock, 4000);
    passage.lost = false;
    await pass(world.clock, 30_000);
    expect(held.isHeld()).to.equal(true);
    expect(spec(world.server).leaseTransitions).to.equal(0);
    await held.release(world.stop.signal);
  });

  it('is lost ten seconds after the last renewal, and says so by its signal', async () => {
    const world = openWorld();
    const passage = breakable();
    const held = await candidate('a', world, passage);
    passage.broken = true;
    await pass(world.clock, 9900);
    expect(held.lost.aborted).to.equal(false);
    await pass(world.clock, 100);
    expect(held.lost.aborted).to.equal(true);
    expect(held.lost.reason).to.have.property('message', 'The lease was not renewed in time');
    expect(world.clock.sleepers()).to.equal(0);
    expect(warnings(world).at(-1)).to.equal('The lease was not renewed in time');
  });

  it('counts from before the request, however late the answer comes', async () => {
    const world = openWorld();
    const passage = breakable();
    let latencyMs = 2000;
    const waiting = candidate('a', world, {
      request: (signal) => passage.request(signal),
      answer: (signal) => world.clock.sleep(latencyMs, signal),
    });
    await turn();
    // Read and created, each with an answer that is late.
    await pass(world.clock, 4000);
    latencyMs = 0;
    passage.broken = true;
    const held = await waiting;
    await pass(world.clock, 5900);
    expect(held.isHeld()).to.equal(true);
    await pass(world.clock, 100);
    expect(held.isHeld()).to.equal(false);
  });

  it('is lost although a request hangs', async () => {
    const world = openWorld();
    let hanging = false;
    const held = await candidate('a', world, {
      request: () => (hanging ? new Promise(() => {}) : Promise.resolve()),
      answer: async () => {},
    });
    hanging = true;
    await pass(world.clock, 10_000);
    expect(held.lost.aborted).to.equal(true);
    expect(world.clock.sleepers()).to.equal(0);
    // A request is given up after five seconds; the one that the end cuts off is no news.
    expect(warnings(world)).to.deep.equal([
      'The lease could not be renewed; trying again: The Kubernetes API server https://memory did not answer in time. Check its state.',
      'The lease was not renewed in time',
    ]);
  });

  it('knows by the clock alone that it was stopped for too long, before any timer runs', async () => {
    const world = openWorld();
    let stoppedMs = 0;
    const options: LeaseOptions = {
      access: world.server.access(),
      namespace: 'n',
      name: 'l',
      identity: 'a',
      clock: world.clock,
      monotonic: () => world.clock.now() + stoppedMs,
      random: () => 0.5,
      log: world.log,
    };
    const held = await acquireLease(options, world.stop.signal);
    stoppedMs = 60_000;
    expect(held.isHeld()).to.equal(false);
    expect(held.lost.aborted).to.equal(true);
  });

  it('is not renewed by a process that was stopped for too long', async () => {
    const world = openWorld();
    let stoppedMs = 0;
    const { clock, server, log, stop } = world;
    const held = await acquireLease(
      {
        access: server.access(),
        namespace: 'n',
        name: 'l',
        identity: 'a',
        clock,
        monotonic: () => clock.now() + stoppedMs,
        random: () => 0.5,
        log,
      },
      stop.signal,
    );
    server.requests.length = 0;
    stoppedMs = 60_000;
    await pass(clock, 2000);
    expect(server.requests).to.deep.equal([]);
    expect(held.lost.aborted).to.equal(true);
  });

  it('is lost at once when another has taken it', async () => {
    const world = openWorld();
    const held = await candidate('a', world);
    world.server.set({
      metadata: { name: 'l', uid: 'u', resourceVersion: '9' },
      spec: { holderIdentity: 'thief', leaseDurationSeconds: 15 },
    });
    await pass(world.clock, 2100);
    expect(held.isHeld()).to.equal(false);
    expect(held.lost.reason).to.have.property('message', 'Another process has taken the lease');
    expect(warnings(world)).to.deep.equal(['Another process has taken the lease']);
    await held.release(world.stop.signal);
    expect(spec(world.server).holderIdentity).to.equal('thief');
  });

  it('makes the lease anew when it was deleted', async () => {
    const world = openWorld();
    const held = await candidate('a', world);
    world.server.set(undefined);
    await pass(world.clock, 5000);
    expect(held.isHeld()).to.equal(true);
    expect(spec(world.server).holderIdentity).to.equal('a');
    await held.release(world.stop.signal);
  });

  it('keeps what others wrote into the lease', async () => {
    const world = openWorld();
    world.server.set({
      metadata: { name: 'l', uid: 'u', resourceVersion: '1' },
      kind: 'Lease',
      spec: { preferredHolder: 'x' },
    });
    const held = await candidate('a', world);
    expect(spec(world.server)).to.include({ preferredHolder: 'x', holderIdentity: 'a' });
    expect(world.server.lease()).to.include({ kind: 'Lease' });
    await held.release(world.stop.signal);
  });

  it('keeps trying while the API is away, and says each cause', async () => {
    const world = openWorld();
    const passage = breakable();
    passage.broken = true;
    const waiting = candidate('a', world, passage);
    await pass(world.clock, 60_000);
    passage.broken = false;
    await pass(world.clock, 2000);
    const held = await waiting;
    expect(held.isHeld()).to.equal(true);
    expect(world.log.lines[0]?.message).to.equal('The lease cannot be taken; trying again');
    await held.release(world.stop.signal);
  });

  it('stops waiting with the signal and leaves no timer', async () => {
    const world = openWorld();
    const held = await candidate('a', world);
    const waiting = candidate('b', world);
    await pass(world.clock, 3000);
    world.stop.abort(new Error('stopped'));
    expect(await waiting.catch((error: Error) => error.message)).to.equal('stopped');
    expect(held.isHeld()).to.equal(true);
    await held.release(new AbortController().signal);
    expect(world.clock.sleepers()).to.equal(0);
  });

  it('does not reject when the release fails', async () => {
    const world = openWorld();
    const passage = breakable();
    const held = await candidate('a', world, passage);
    passage.broken = true;
    await held.release(world.stop.signal);
    expect(held.isHeld()).to.equal(false);
    expect(warnings(world)).to.deep.equal([
      'The lease could not be released; it runs out by itself: away',
    ]);
    expect(world.clock.sleepers()).to.equal(0);
  });

  it('does not try a release again that the server refuses', async () => {
    const world = openWorld();
    const { access } = world.server;
    const refusing = {
      ...world,
      server: {
        ...world.server,
        access: () => ({
          ...access(),
          replace: () =>
            Promise.reject(new KubernetesError('Forbidden', 'no', { statusCode: 403 })),
        }),
      },
    };
    const held = await candidate('a', refusing);
    await held.release(world.stop.signal);
    expect(warnings(world)).to.deep.equal([
      'The lease could not be released; it runs out by itself: no',
    ]);
    expect(world.server.requests).to.deep.equal(['get', 'create', 'get']);
  });

  it('releases also when a renewal that was given up arrives in between', async () => {
    const world = openWorld();
    const held = await candidate('a', world, {
      request: async () => {},
      async answer() {
        const { requests, set, lease } = world.server;
        if (requests.length === 3) set({ ...lease()! });
      },
    });
    await held.release(world.stop.signal);
    expect(world.server.requests).to.deep.equal([
      'get',
      'create',
      'get',
      'replace',
      'get',
      'replace',
    ]);
    expect(spec(world.server)).to.include({ holderIdentity: null });
    expect(world.log.lines.at(-1)).to.include({ level: 'info', message: 'The lease is released' });
  });

  it('has nothing to release when the lease was deleted', async () => {
    const world = openWorld();
    const held = await candidate('a', world);
    world.server.set(undefined);
    await held.release(world.stop.signal);
    expect(world.log.lines.at(-1)).to.include({ level: 'info', message: 'The lease is released' });
  });

  it('refuses times that cannot work together', async () => {
    const world = openWorld();
    for (const times of [
      { leaseDurationMs: 10_000, renewDeadlineMs: 10_000, retryPeriodMs: 2000 },
      { leaseDurationMs: 15_000, renewDeadlineMs: 3000, retryPeriodMs: 2000 },
      { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 0 },
    ]) {
      const { clock, server, log, stop } = world;
      const error = await acquireLease(
        {
          access: server.access(),
          namespace: 'n',
          name: 'l',
          identity: 'a',
          times,
          clock,
          monotonic: () => clock.now(),
          random: () => 0,
          log,
        },
        stop.signal,
      ).catch((error: unknown) => error);
      expect(error)
        .to.be.an('error')
        .with.property('message')
        .that.contains(String(times.renewDeadlineMs));
    }
  });
});
