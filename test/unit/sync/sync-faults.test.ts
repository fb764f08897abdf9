import { expect } from 'chai';
import { Fault } from '../../../src/api/fault.ts';
import { FAULT_REASONS } from '../../../src/api/reasons.ts';
import { nothingApplied } from '../../../src/sync/report.ts';
import { writes } from './memory-tenant.ts';
import { ids, listing, organizations } from './rows.ts';
import { contents, createSyncedWorld, createWorld, NO_LIMITS, run } from './world.ts';

const USERS = { name: 'Users', assignMembershipOnLogin: false };

describe('a fault of a sync', () => {
  for (const reason of FAULT_REASONS) {
    it(`of the source passes through: ${reason}`, async () => {
      const world = await createSyncedWorld(ids(5));
      world.listing = listing([]);
      world.sourceFault = new Fault(reason, 'what to do');
      const report = await run(world, { force: true });
      expect(report).to.deep.include({
        outcome: 'failed',
        fault: world.sourceFault,
        institutions: undefined,
        organizations: undefined,
        conflicts: [],
        decision: undefined,
        applied: nothingApplied(),
      });
      expect(world.tenant.requestCount()).to.equal(0);
    });

    for (const call of ['SCOPES', 'LIST', 'CONNECTION ', 'POST', 'CONNECTIONS']) {
      it(`of the tenant passes through at ${call.trim()}: ${reason}`, async () => {
        const seed = organizations(ids(5));
        const world = createWorld(['i-1', 'i-9'], seed, { connections: [USERS] });
        const fault = new Fault(reason, 'what to do');
        world.tenant.faults.set(call, fault);
        const report = await run(world);
        expect(report).to.include({ outcome: 'failed', fault });

        world.tenant.faults.clear();
        world.settings = { ...world.settings, limits: NO_LIMITS };
        expect(await run(world, { force: true })).to.include({ outcome: 'done' });
        expect(contents(world.tenant).map(({ name }) => name)).to.deep.equal(['i-1', 'i-9']);
      });
    }
  }

  it('leaves what was asked for to the next sync', async () => {
    const world = await createSyncedWorld(ids(60), { connections: [USERS] });
    world.sourceFault = new Fault('SourceUnavailable', 'down');
    await run(world, { force: true });
    world.sourceFault = undefined;
    expect(await run(world)).to.include({ outcome: 'done', fullReading: true });
    expect(world.tenant.calls.filter((line) => line.startsWith('CONNECTIONS'))).to.have.length(60);
  });

  it('of the source writes nothing and keeps the memory', async () => {
    const world = await createSyncedWorld(ids(5));
    world.sourceFault = new Fault('SourceInvalid', 'short');
    await run(world);
    world.sourceFault = undefined;
    expect(await run(world)).to.include({ outcome: 'done', fullReading: false });
  });

  it('while reading the organizations writes nothing', async () => {
    const world = createWorld(ids(60), organizations(ids(120)));
    world.tenant.faults.set('LIST 100', new Fault('TargetUnavailable', 'cut short'));
    expect(await run(world)).to.include({ outcome: 'failed', decision: undefined });
    expect(writes(world.tenant)).to.deep.equal([]);
    expect(world.memory.readAt).to.equal(undefined);
  });

  it('while applying says what was done, and reads everything next time', async () => {
    const world = createWorld(ids(60));
    world.tenant.faults.set('POST i-30', new Fault('TargetUnavailable', 'down'));
    const report = await run(world);
    const made = world.tenant.organizations.size;
    expect(made).to.be.within(1, 59);
    expect(report.applied).to.deep.equal({
      ...nothingApplied(),
      created: made,
      left: 60 - made,
    });
    expect(report.organizations).to.include({ total: made, managed: made, inSync: made });
    world.tenant.faults.clear();
    expect(await run(world)).to.include({ outcome: 'done', fullReading: true });
    expect(world.tenant.organizations.size).to.equal(60);
  });
});
