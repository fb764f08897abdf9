import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { startControlPlane, type ControlPlane } from '../control-plane/start.ts';
import { isReady } from './operator.ts';
import { openStage, ROWS, type Stage } from './stage.ts';
import { openWorld, type World } from './world.ts';

/** Objects that nap meanwhile. */
const NAPPING = 5;

describe('a control plane that fails in the middle of a sync', function () {
  this.timeout(180_000);
  let plane: ControlPlane;
  let world: World;
  let napping: readonly Stage[];

  before(async () => {
    plane = await startControlPlane();
    world = await openWorld({ plane });
    const stages: Stage[] = [];
    for (let i = 0; i < NAPPING; i += 1) stages.push(await openStage(world));
    napping = stages;
    for (const stage of napping) {
      await stage.setSecret(stage.keys);
      await stage.apply({ nap: '1h' });
    }
    for (const stage of napping) await stage.until((object) => isReady(object));
    for (const { auth0, the } of napping) for (const each of [auth0, the]) each.requests.clear();
  });
  after(async () => {
    await world[Symbol.asyncDispose]();
    await plane.stop();
  });

  /**
   * Has `fail` called when a sync has made a sixth of its changes, and `mend` when it has made all:
   * that takes some twenty seconds.
   */
  async function tell(fail: () => Promise<void>, mend: () => Promise<void>): Promise<void> {
    const { controller } = world.operator;
    let creations = 0;
    let failing: Promise<void> | undefined;
    const stage = await openStage(world, {
      auth0: {
        timeScale: 1.2,
        async onRequest({ method, path }) {
          if (method !== 'POST' || path !== '/api/v2/organizations') return;
          creations += 1;
          if (creations === ROWS.length / 6) await (failing = fail());
        },
      },
    });
    await stage.setSecret(stage.keys);
    await stage.apply({ nap: '1h' });
    const isOver = () =>
      controller.lines.some(
        ({ message, object }) =>
          message === 'sync finished' && String(object).endsWith(`/${stage.name}`),
      );
    while (!isOver()) await sleep(100);
    await failing;
    expect(stage.auth0.organizations()).to.have.length(ROWS.length);
    expect(stage.versions().at(-1)?.status).not.to.have.property('lastSync');
    const { health } = await controller.untilLine('controller started');
    expect((await fetch(`http://${String(health)}/livez`)).status).to.equal(200);
    const requests = stage.auth0.requests.all().length + stage.the.requests.all().length;

    await mend();
    const { status } = await stage.until((object) => isReady(object));
    expect(status?.lastSync).to.include({ created: ROWS.length, failed: 0 });
    expect(status).not.to.have.property('progress');
    expect(creations).to.equal(ROWS.length);
    // The watch sees again what people ask for.
    const [first] = napping;
    await first?.patch({ spec: { suspend: true } });
    await first?.until(({ status: now }) => now?.nextSyncTime === undefined, {
      since: first.versions().length - 1,
    });
    await first?.patch({ spec: { suspend: false } });
    // Nobody else syncs because the connection was lost.
    expect(stage.auth0.requests.all().length + stage.the.requests.all().length).to.equal(requests);
    for (const { auth0, the } of napping.slice(1)) {
      expect([auth0.requests.all().length, the.requests.all().length]).to.deep.equal([0, 0]);
    }
    expect([controller.child.exitCode, controller.child.signalCode]).to.deep.equal([null, null]);
    expect(stage.versions().at(-1)?.status).to.deep.equal(status);
    await stage.close();
  }

  it('its API server is killed, and comes back: the sync goes on, its outcome is told later', () =>
    tell(plane.killApiServer, plane.startApiServer));

  it('its etcd is killed, and comes back: the sync goes on, its outcome is told later', () =>
    tell(plane.killEtcd, plane.startEtcd));
});
