import { once } from 'node:events';
import { expect } from 'chai';
import type { RequestRecord } from '../sandbox/request-log.ts';
import type { Auth0Options } from '../sandbox/auth0/start.ts';
import type { ControllerProcess } from './controller-process.ts';
import { AMPLE_LIMITS } from './gate.ts';
import { isReady } from './operator.ts';
import { openStage, ROWS, type Stage } from './stage.ts';
import { openWorld, type World } from './world.ts';

const HOLDS = 'This process holds the lease';
const WAITS = 'Another process holds the lease';
/** The lease, and the pause between two looks at it, on a busy machine. */
const TAKE_OVER_MS = 15_000 + 2_000 + 2_000;
/** Creations before something happens to the leader. */
const MIDDLE = 12;

describe('two replicas with leader election, as the chart starts them', function () {
  this.timeout(120_000);
  let world: World;
  let leader: ControllerProcess;
  let standby: ControllerProcess;

  before(async () => {
    world = await openWorld({ values: ['leaderElection=true', 'replicaCount=2'] });
    leader = world.operator.controller;
    await leader.untilLine(HOLDS);
    standby = await startStandby(leader);
  });
  after(async () => {
    await Promise.all([leader.stop('SIGKILL'), standby.stop('SIGKILL')]);
    await world[Symbol.asyncDispose]();
  });

  async function startStandby(like: ControllerProcess): Promise<ControllerProcess> {
    const started = like.again();
    await started.untilLine(WAITS);
    return started;
  }

  /** The standby has taken over: it is the leader now, and there is another standby. */
  async function succeed(): Promise<void> {
    leader = standby;
    standby = await startStandby(leader);
  }

  /** A new tenant, of which the leader has made some organizations when this resolves. */
  async function startRun(options: Auth0Options, onMiddle: () => void): Promise<Stage> {
    const reached = Promise.withResolvers<void>();
    let creations = 0;
    const stage = await openStage(world, {
      auth0: {
        ...options,
        onRequest(request) {
          if (isWrite(request)) creations += 1;
          if (creations !== MIDDLE) return;
          creations += 1;
          onMiddle();
          reached.resolve();
        },
      },
    });
    await stage.setSecret(stage.keys);
    await stage.apply({ nap: '1h' });
    await reached.promise;
    return stage;
  }

  async function untilComplete(stage: Stage): Promise<void> {
    await stage.until((object) => isReady(object));
    expect(stage.auth0.organizations().map(({ name }) => name)).to.have.members(
      ROWS.map(({ iid }) => iid),
    );
    const { requests } = stage.auth0;
    expect(requests.count({ method: 'POST', endpoint: 'writes', status: 201 })).to.equal(
      ROWS.length,
    );
    expect(writersOf(stage), 'writers').to.have.length(2);
    await stage.close();
  }

  it('one is told to stop in its middle: the other goes on within two seconds', async () => {
    const stage = await startRun({ limits: AMPLE_LIMITS }, () => leader.child.kill('SIGTERM'));
    expect(await leader.stop()).to.equal(0);
    const from = performance.now();
    await standby.untilLine(HOLDS);
    expect(performance.now() - from).to.be.below(2_500);
    await untilComplete(stage);
    await succeed();
  });

  it('one is killed in its middle: the other goes on when the lease has run out', async () => {
    const stage = await startRun({ limits: AMPLE_LIMITS }, () => leader.child.kill('SIGKILL'));
    const from = performance.now();
    await standby.untilLine(HOLDS);
    expect(performance.now() - from).to.be.within(10_000, TAKE_OVER_MS);
    await untilComplete(stage);
    await succeed();
  });

  it('one is stopped in its middle and wakes when the other works: it changes nothing, and ends', async () => {
    const { child } = leader;
    // Slow, so that there is progress to report when it wakes, and the other is at work.
    const slow = await startRun({ timeScale: 3 }, () => {});
    const fast = await startRun({ limits: AMPLE_LIMITS }, () => child.kill('SIGSTOP'));
    const old = new Set([slow, fast].map((stage) => writersOf(stage)[0]));
    const from = performance.now();
    await standby.untilLine(HOLDS);
    expect(performance.now() - from).to.be.within(10_000, TAKE_OVER_MS);
    await fast.until((object) => isReady(object));
    expect(slow.auth0.organizations()).to.have.property('length').below(ROWS.length);

    const ended = once(child, 'exit');
    const before = [slow, fast].map(({ auth0 }) => auth0.requests.all().length);
    child.kill('SIGCONT');
    const [code, signal]: unknown[] = await ended;
    expect([code, signal]).to.deep.equal([1, null]);
    expect(leader.lines.map(({ message }) => message)).to.include('controller failed');
    // Where it was stopped between its look at the lease and the system's call, it makes this one call.
    for (const [index, { auth0 }] of [slow, fast].entries()) {
      const since = auth0.requests.all().slice(before[index]).filter(isWrite);
      const late = since.filter(({ correlationId }) => old.has(correlationId));
      expect(late).to.have.property('length').below(2);
      expect(late.filter(({ status }) => status < 400)).to.deep.equal([]);
    }
    await untilComplete(slow);
    await untilComplete(fast);
    // Nor is there a word of it in any status: it had not come to an end when it was stopped.
    for (const stage of [slow, fast]) {
      const told = stage.versions().flatMap(({ status }) => status?.history ?? []);
      expect(told.filter(({ id }) => old.has(id))).to.deep.equal([]);
    }
    await succeed();
  });

  it('the one that waits ends at once when it is told to', async () => {
    expect(await standby.stop()).to.equal(0);
    expect(standby.lines.at(-1)).to.include({ message: 'controller stopped' });
  });
});

function isWrite({ method, path }: Pick<RequestRecord, 'method' | 'path'>): boolean {
  return method !== 'GET' && path.startsWith('/api/v2/organizations');
}

/** The syncs that have written, in their order; one that writes again after another shows twice. */
function writersOf({ auth0 }: Stage): readonly (string | undefined)[] {
  const ids = auth0.requests
    .all()
    .filter((request) => isWrite(request) && request.status < 400)
    .map(({ correlationId }) => correlationId);
  return ids.filter((id, index) => id !== ids[index - 1]);
}
