import { expect } from 'chai';
import { Fault } from '../../../src/api/fault.ts';
import { writes } from './memory-tenant.ts';
import { ids, organizations } from './rows.ts';
import { createWorld, HOUR, run } from './world.ts';

const USERS = { name: 'Users', assignMembershipOnLogin: false };
const STAFF = { name: 'Staff', assignMembershipOnLogin: true };

describe('the connections of a sync', () => {
  const connections = [USERS];

  it('are enabled at creation and not asked for again', async () => {
    const world = createWorld(ids(60), [], { connections });
    await run(world);
    expect(writes(world.tenant)).to.have.length(60);
    world.now += HOUR;
    world.tenant.calls.length = 0;
    await run(world);
    expect(world.tenant.calls.slice(1)).to.deep.equal(['LIST 0', 'LIST 50', 'CONNECTION Users']);
  });

  it('are enabled everywhere at once when the settings ask for a new one', async () => {
    const world = createWorld(ids(60), [], { connections });
    await run(world);
    world.tenant.connections.set('Staff', 'con_Staff');
    world.settings = { ...world.settings, connections: [USERS, STAFF] };
    const report = await run(world);
    expect(report).to.include({ fullReading: false });
    for (const enabled of world.tenant.enabled.values()) {
      expect(enabled.get('con_Staff')).to.equal(true);
    }
  });

  it('are enabled everywhere also when the first attempt failed', async () => {
    const world = createWorld(ids(60), [], { connections });
    await run(world);
    world.tenant.connections.set('Staff', 'con_Staff');
    world.settings = { ...world.settings, connections: [USERS, STAFF] };
    world.tenant.faults.set('ENABLE org_made30', new Fault('TargetUnavailable', 'down'));
    expect(await run(world)).to.include({ outcome: 'failed' });
    world.tenant.faults.clear();
    expect(await run(world)).to.include({ outcome: 'done' });
    for (const enabled of world.tenant.enabled.values()) {
      expect(enabled.get('con_Staff')).to.equal(true);
    }
  });

  it('that people disabled are enabled again by a forced sync', async () => {
    const world = createWorld(ids(3), [], { connections });
    await run(world);
    world.tenant.enabled.get('org_made2')?.clear();
    await run(world, { force: true });
    expect(world.tenant.enabled.get('org_made2')?.has('con_Users')).to.equal(true);
  });

  it('of a tenant that was synced before: some, or all with new settings', async () => {
    for (const [newSettings, checked] of [
      [false, 2],
      [true, 60],
    ] as const) {
      const world = createWorld(ids(60), organizations(ids(60)), { connections });
      await run(world, { newSettings });
      expect(writes(world.tenant)).to.have.length(checked);
    }
  });

  it('that do not exist end the sync before any write', async () => {
    const world = createWorld(ids(3), [], { connections });
    world.tenant.connections.clear();
    const report = await run(world);
    expect(report.fault).to.include({ reason: 'ConnectionNotFound' });
    expect(writes(world.tenant)).to.deep.equal([]);
  });
});
