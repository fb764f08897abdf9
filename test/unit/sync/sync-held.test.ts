import { expect } from 'chai';
import { nothingApplied } from '../../../src/sync/report.ts';
import { writes } from './memory-tenant.ts';
import { rejection } from './rejection.ts';
import { ids, institution, listing, organization, organizations } from './rows.ts';
import { createSyncedWorld, createWorld, NO_LIMITS, run } from './world.ts';

const USERS = { name: 'Users', assignMembershipOnLogin: false };

describe('a sync in mode Plan', () => {
  it('writes nothing and reports what it would do', async () => {
    const world = createWorld(ids(3), organizations(['i-1', 'i-9']), {
      mode: 'Plan',
      connections: [USERS],
    });
    const report = await run(world, { force: true, newSettings: true });
    expect(writes(world.tenant)).to.deep.equal([]);
    expect(world.tenant.calls).to.deep.equal([
      'SCOPES read:organizations read:connections',
      'LIST 0',
      'CONNECTION Users',
    ]);
    expect(report).to.include({ outcome: 'done' });
    expect(report.decision?.planned?.creations).to.have.length(2);
    expect(report.decision?.planned?.removals).to.have.length(1);
    expect(report.applied).to.deep.equal(nothingApplied());
    expect(report.organizations).to.include({ total: 2, managed: 2, inSync: 1 });
  });

  it('leaves an approval for the sync that enforces', async () => {
    const world = await createSyncedWorld(ids(10), { mode: 'Plan' });
    world.listing = listing([]);
    const planHash = (await run(world)).decision?.held?.planHash;
    await run(world, { approval: planHash });
    expect(world.approvals).to.deep.equal([]);
    world.settings = { ...world.settings, mode: 'Enforce' };
    expect((await run(world, { approval: planHash })).applied).to.include({ deleted: 10 });
    expect(world.approvals).to.deep.equal([planHash]);
  });
});

describe('a sync with too many changes', () => {
  it('holds them, makes the others, and releases them once they are approved', async () => {
    const world = await createSyncedWorld(ids(100));
    world.listing = listing([...ids(90), 'i-new']);
    const held = await run(world);
    expect(held.outcome).to.equal('done');
    expect(held.decision?.held).to.include({ deletions: 10, updates: 0 });
    expect(held.applied).to.deep.equal({ ...nothingApplied(), created: 1 });
    expect(held.organizations).to.deep.equal({
      total: 101,
      managed: 101,
      inSync: 91,
      unmanaged: 0,
      conflicts: 0,
    });

    const planHash = held.decision?.held?.planHash;
    expect((await run(world)).decision?.held?.planHash).to.equal(planHash);
    expect((await run(world, { approval: 'sha256:other' })).applied).to.deep.equal(
      nothingApplied(),
    );
    expect(world.approvals).to.deep.equal([]);

    const writesAtApproval: number[] = [];
    const before = writes(world.tenant).length;
    const released = await run(world, {
      approval: planHash,
      async onApproved(hash) {
        world.approvals.push(hash);
        writesAtApproval.push(writes(world.tenant).length - before);
      },
    });
    expect(released.applied).to.deep.equal({ ...nothingApplied(), deleted: 10 });
    expect(released.decision).to.include({ held: undefined, approved: planHash });
    expect(world.approvals).to.deep.equal([planHash]);
    expect(writesAtApproval).to.deep.equal([0]);
  });

  it('makes none of the released changes when the approval cannot be noted', async () => {
    const world = await createSyncedWorld(ids(10));
    world.listing = listing([]);
    const approval = (await run(world)).decision?.held?.planHash;
    const conflict = new Error('The object was modified.');
    const running = run(world, { approval, onApproved: () => Promise.reject(conflict) });
    expect(await rejection(running)).to.equal(conflict);
    expect(writes(world.tenant)).to.deep.equal([]);
  });

  it('knows the tenant when it is stopped while the approval is noted', async () => {
    const world = await createSyncedWorld(ids(10));
    world.listing = listing([]);
    const approval = (await run(world)).decision?.held?.planHash;
    const abort = new AbortController();
    const onApproved = async () => {
      abort.abort(new Error('stop'));
      abort.signal.throwIfAborted();
    };
    const report = await run(world, { approval, onApproved }, abort.signal);
    expect(report).to.include({ outcome: 'interrupted' });
    expect(report.organizations).to.deep.equal({
      total: 10,
      managed: 10,
      inSync: 0,
      unmanaged: 0,
      conflicts: 0,
    });
    expect(writes(world.tenant)).to.deep.equal([]);
  });

  it('takes over what took a name meanwhile, when nothing is held', async () => {
    for (const [adopt, updated] of [
      [true, 1],
      [false, 0],
    ] as const) {
      const world = await createSyncedWorld(['i-1'], { adopt });
      world.listing = listing(['i-1', 'i-2']);
      world.tenant.organizations.set('org_x', organization('org_x', 'i-2', {}));
      expect((await run(world)).applied).to.include({ updated, failed: 1 - updated });
    }
  });

  it('takes nothing over behind the back of held updates', async () => {
    const world = await createSyncedWorld(['i-1'], {
      limits: { ...NO_LIMITS, updates: { kind: 'count', value: 0 } },
    });
    world.listing = listing([institution('i-1', 'New'), 'i-2']);
    const stranger = organization('org_x', 'i-2', {});
    world.tenant.organizations.set('org_x', stranger);
    const report = await run(world);
    expect(report.decision?.held).to.include({ updates: 1 });
    expect(report.applied).to.include({ updated: 0, failed: 1 });
    expect(world.tenant.organizations.get('org_x')).to.equal(stranger);
  });
});
