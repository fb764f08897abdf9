import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { startTcpProxy, type TcpProxy } from '../control-plane/tcp-proxy.ts';
import { institutions } from '../sandbox/institutions.ts';
import { seededRandom, shuffled } from '../sandbox/random.ts';
import { AMPLE_LIMITS } from './gate.ts';
import { isReady } from './operator.ts';
import { openStage, type Stage } from './stage.ts';
import { openTokenFile, type TokenFile } from './token-file.ts';
import { withhold } from './withheld-rights.ts';
import { openWorld, type World } from './world.ts';

/** Another seed: other faults in another order. */
const SEED = Number(process.env['NETWORK_SEED'] ?? 1);
const FAULTS = 40;
const POOL = institutions(60);
/** These institutions are always there. */
const LASTING = POOL.slice(0, 20);

describe('a network that cannot be relied on', function () {
  this.timeout(180_000);
  const random = seededRandom(SEED);
  let world: World;
  let proxy: TcpProxy;
  let token: TokenFile;

  before(async () => {
    world = await openWorld();
    const { operator } = world;
    const { plane, namespace } = operator;
    proxy = await startTcpProxy({ target: plane.server });
    const name = 'institution-sync';
    const server = proxy.url;
    const kubeconfig = await plane.serviceAccountKubeconfig(namespace, name, { server });
    token = await openTokenFile(world.admin, { namespace, name, kubeconfig });
    await operator.controller.stop();
    world.controllers.push(await operator.startController({ KUBECONFIG: token.kubeconfig }));
  });
  after(async () => {
    await world[Symbol.asyncDispose]();
    await token[Symbol.asyncDispose]();
    await proxy.stop();
  });

  async function startStage(nap: string): Promise<Stage> {
    const stage = await openStage(world, { auth0: { limits: AMPLE_LIMITS } });
    stage.auth0.seed([{ name: 'staff', display_name: 'Staff' }]);
    stage.the.setRows(POOL);
    await stage.setSecret(stage.keys);
    await stage.apply({ nap, limits: { deletions: '100%' } });
    await stage.until((object) => isReady(object));
    return stage;
  }

  function expectInStep({ auth0, the }: Stage): void {
    const names = auth0.organizations().map(({ name }) => name);
    expect(names).to.have.members(['staff', ...the.rows().map(({ iid }) => String(iid))]);
  }

  /** The ids of what must never be touched: an organization that is removed and made anew has another. */
  function lasting({ auth0 }: Stage): readonly unknown[] {
    const names = new Set(['staff', ...LASTING.map(({ iid }) => iid)]);
    return auth0
      .organizations()
      .filter(({ name }) => names.has(name))
      .map(({ id, name }) => ({ id, name }));
  }

  async function until(holds: () => boolean): Promise<void> {
    while (!holds()) await sleep(50);
  }

  it('does no harm, and all is right when it is well again', async () => {
    const stages = [await startStage('1s'), await startStage('1s')];
    const before = stages.map(lasting);
    const ways = [proxy, ...stages.flatMap(({ toAuth0, toThe }) => [toAuth0, toThe])];
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
    const faults: readonly ((way: TcpProxy) => Promise<void>)[] = [
      async (way) => way.dropConnections(),
      async (way) => {
        way.delay(50 + random() * 250);
        await sleep(random() * 1_500);
        await way.resume();
      },
      async (way) => {
        await way.refuse();
        await sleep(random() * 1_500);
        await way.resume();
      },
      // What was held back arrives late.
      async (way) => {
        way.blackHole();
        await sleep(random() * 1_500);
        await way.resume();
      },
      // What was held back is lost.
      async (way) => {
        way.blackHole();
        await sleep(random() * 1_500);
        way.dropConnections();
        await way.resume();
      },
    ];
    const busy = new Set<TcpProxy>();
    const under: Promise<void>[] = [];
    for (let i = 0; i < FAULTS; i += 1) {
      const way = pick(ways);
      const fault = pick(faults);
      if (i % 4 === 0) {
        const rest = shuffled(POOL.slice(LASTING.length), i).slice(0, Math.floor(random() * 40));
        pick(stages).the.setRows([...LASTING, ...rest]);
      }
      if (busy.has(way)) continue;
      busy.add(way);
      under.push(fault(way).finally(() => busy.delete(way)));
      await sleep(random() * 600);
    }
    await Promise.all(under);

    for (const { the } of stages) the.setRows(shuffled(POOL, SEED));
    await Promise.all(
      stages.map(async (stage) => {
        await until(() => stage.auth0.organizations().length === POOL.length + 1);
        const since = stage.versions().length;
        await stage.until(
          (object) =>
            isReady(object) && object.status?.organizations?.inSync === stage.the.rows().length,
          { since },
        );
        expectInStep(stage);
      }),
    );
    expect(stages.map(lasting)).to.deep.equal(before);
    const { child } = world.controllers.at(-1) ?? world.operator.controller;
    expect([child.exitCode, child.signalCode]).to.deep.equal([null, null]);
    for (const stage of stages) await stage.close();
  });

  it('a token that is replaced and ends is not missed', async () => {
    const stage = await startStage('1h');
    const from = world.controllers.at(-1)?.lines.length ?? 0;
    await token.rotate();
    proxy.dropConnections();
    const since = stage.versions().length;
    await stage.patch({ spec: { organizations: { metadata: ['country'] } } });
    await stage.until((object) => isReady(object), { since });
    const said = JSON.stringify(world.controllers.at(-1)?.lines.slice(from));
    expect(said).not.to.contain('Unauthorized');
    await stage.close();
  });

  it('rights that are taken away and given back interrupt the watch, and cause no sync', async () => {
    const napping = await startStage('1h');
    const changed = await startStage('1h');
    const giveBack = await withhold(world.operator, 'institutionsyncs');
    const lines = world.controllers.at(-1)?.lines ?? [];
    const from = lines.length;
    const requests = () => napping.auth0.requests.all().length + napping.the.requests.all().length;
    const before = requests();
    proxy.dropConnections();
    await until(() => JSON.stringify(lines.slice(from)).includes('cannot watch resource'));
    const since = changed.versions().length;
    await changed.patch({ spec: { organizations: { metadata: ['country'] } } });
    await giveBack();
    await changed.until((object) => isReady(object), { since });
    expect(requests()).to.equal(before);
    for (const stage of [napping, changed]) await stage.close();
  });
});
