import { expect } from 'chai';
import { Fault } from '../../../src/api/fault.ts';
import { emptyMemory } from '../../../src/sync/snapshot.ts';
import { writes } from './memory-tenant.ts';
import { rejection } from './rejection.ts';
import { ids, institution, organization, organizations } from './rows.ts';
import { contents, createWorld, NO_LIMITS, run, type World } from './world.ts';

const CONNECTIONS = [{ name: 'Users', assignMembershipOnLogin: false }];

/** A sync with work in every phase: two list pages, renames, each kind of change, connections. */
function busyWorld(): World {
  const kept = ids(55);
  const world = createWorld(
    [
      ...kept.map((id, index) => institution(id, index < 4 ? 'New' : undefined)),
      'a',
      'b',
      'n1',
      'n2',
    ],
    [
      ...organizations([...kept, 'gone-1', 'gone-2', 'gone-3']),
      organization('org_a', 'by-hand', { institutionId: 'a' }, 'Name a'),
      organization('org_b', 'n1', { institutionId: 'b' }, 'Name b'),
      organization('org_p', 'people', { theirs: '1' }),
    ],
    { connections: CONNECTIONS, limits: NO_LIMITS },
  );
  // All but a few have their connection already.
  for (const id of kept.slice(3)) {
    world.tenant.enabled.set(`org_${id}`, new Map([['con_Users', false]]));
  }
  return world;
}

async function busyResult(): Promise<{ contents: ReturnType<typeof contents>; calls: number }> {
  const world = busyWorld();
  const report = await run(world, { newSettings: true });
  expect(report).to.include({ outcome: 'done' });
  return { contents: contents(world.tenant), calls: world.tenant.calls.length };
}

/** The next sync completes the work, with nothing lost and nothing doubled. */
async function expectCompletion(world: World, expected: ReturnType<typeof contents>) {
  const report = await run(world, { newSettings: true });
  expect(report).to.include({ outcome: 'done', fault: undefined });
  expect(report.applied).to.include({ failed: 0, left: 0 });
  expect(contents(world.tenant)).to.deep.equal(expected);
  expect(world.memory.organizations).to.deep.equal(world.tenant.organizations);

  const before = writes(world.tenant).length;
  await run(world, { force: true });
  expect(writes(world.tenant)).to.have.length(before);
}

describe('a sync that is interrupted', () => {
  it('during any call finishes what is under way, starts nothing, and is completed by the next', async () => {
    const expected = await busyResult();
    for (let at = 1; at <= expected.calls; at += 1) {
      const world = busyWorld();
      const abort = new AbortController();
      let begun = 0;
      world.tenant.before = () => {
        if (world.tenant.calls.length !== at || abort.signal.aborted) return;
        abort.abort(new Error('stop'));
        begun = world.tenant.calls.length;
      };
      const before = new Map(world.tenant.organizations);
      const { applied, outcome, decision } = await run(world, { newSettings: true }, abort.signal);

      expect(outcome, `call ${at}`).to.equal('interrupted');
      expect(world.tenant.calls).to.have.length(begun);
      const { organizations: after } = world.tenant;
      const made = [...after.values()].filter(({ id }) => !before.has(id)).length;
      const removed = [...before.keys()].filter((id) => !after.has(id)).length;
      const updated = [...after.values()].filter(
        (each) => before.has(each.id) && before.get(each.id) !== each,
      ).length;
      expect(applied).to.include({ created: made, updated, deleted: removed, failed: 0 });
      if (decision !== undefined) {
        expect(applied.left + made + removed + updated, `call ${at}`).to.equal(11);
      }
      if (world.memory.readAt !== undefined) {
        expect(world.memory.organizations).to.deep.equal(after);
      }

      world.tenant.before = () => {};
      await expectCompletion(world, expected.contents);
      for (const [id, { metadata }] of after) {
        if (metadata['institutionId'] === undefined) continue;
        expect(world.tenant.enabled.get(id)?.has('con_Users') ?? false).to.equal(
          world.tenant.organizations.has(id),
        );
      }
    }
  });

  it('before it begins does nothing', async () => {
    const world = busyWorld();
    const report = await run(world, {}, AbortSignal.abort());
    expect(report).to.include({ outcome: 'interrupted', institutions: undefined, requests: 0 });
    expect(world.tenant.calls).to.deep.equal([]);
  });

  it('while THE is read asks nothing of Auth0', async () => {
    const world = busyWorld();
    const abort = new AbortController();
    world.observer.progress = (phase) => {
      if (phase === 'ReadingInstitutions') abort.abort(new Error('stop'));
    };
    const report = await run(world, {}, abort.signal);
    expect(report).to.include({ outcome: 'interrupted', institutions: undefined });
    expect(world.tenant.requestCount()).to.equal(0);
  });

  it('while it plans writes nothing', async () => {
    const world = createWorld(ids(2_000));
    const abort = new AbortController();
    world.tenant.after = (line) => {
      if (line === 'LIST 0') setImmediate(() => abort.abort(new Error('stop')));
    };
    const report = await run(world, {}, abort.signal);
    expect(report).to.include({ outcome: 'interrupted', decision: undefined });
    expect(writes(world.tenant)).to.deep.equal([]);
  });

  it('after the approval was noted makes no change', async () => {
    const world = createWorld([], organizations(ids(10)));
    const approval = (await run(world)).decision?.held?.planHash;
    const abort = new AbortController();
    const report = await run(
      world,
      { approval, onApproved: async () => abort.abort(new Error('stop')) },
      abort.signal,
    );
    expect(report).to.include({ outcome: 'interrupted' });
    expect(report.applied).to.include({ deleted: 0, left: 10 });
    expect(writes(world.tenant)).to.deep.equal([]);
  });
});

describe('a sync that is killed', () => {
  const death = new Error('killed');

  for (const moment of ['before', 'after'] as const) {
    it(`${moment} any call took effect is completed by the next process`, async () => {
      const expected = await busyResult();
      for (let at = 1; at <= expected.calls; at += 1) {
        const world = busyWorld();
        let isDead = false;
        world.tenant.before = (line) => {
          if (isDead) throw death;
          if (moment !== 'before' || world.tenant.calls.length !== at) return;
          isDead = true;
          throw new Error(`killed at ${line}`);
        };
        let ended = 0;
        world.tenant.after = () => {
          ended += 1;
          if (moment !== 'after' || ended !== at) return;
          isDead = true;
          throw death;
        };
        expect(await rejection(run(world, { newSettings: true })), `call ${at}`).to.be.an('error');

        world.tenant.before = () => {};
        world.tenant.after = () => {};
        world.memory = emptyMemory();
        await expectCompletion(world, expected.contents);
      }
    });

    it(`by a fault ${moment} any call took effect is completed by the next sync`, async () => {
      const expected = await busyResult();
      for (let at = 1; at <= expected.calls; at += 1) {
        const world = busyWorld();
        const fault = new Fault('TargetUnavailable', 'down');
        let calls = 0;
        world.tenant[moment] = () => {
          calls += 1;
          if (calls >= at) throw fault;
        };
        const report = await run(world, { newSettings: true });
        expect(report, `call ${at}`).to.include({ outcome: 'failed', fault });

        world.tenant[moment] = () => {};
        await expectCompletion(world, expected.contents);
      }
    });
  }
});
