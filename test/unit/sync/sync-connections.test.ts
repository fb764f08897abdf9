import { expect } from 'chai';
import { Fault } from '../../../src/api/fault.ts';
import { writes } from './memory-tenant.ts';
import { ids, institution, listing, organization, organizations } from './rows.ts';
import { createWorld, HOUR, run, type World } from './world.ts';

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

  describe('of organizations that a routine sync has only just made its own', () => {
    const isConnected = (world: World, id: string) =>
      world.tenant.enabled.get(id)?.has('con_Users') === true;

    async function connectedWorld(): Promise<World> {
      const world = createWorld(ids(60), [organization('org_x', 'i-61', {})], { connections });
      await run(world);
      return world;
    }

    it('are enabled after a takeover', async () => {
      const world = await connectedWorld();
      world.listing = listing(ids(61));
      const report = await run(world);
      expect(report).to.include({ fullReading: false });
      expect(report.applied).to.include({ created: 0, updated: 1 });
      expect(isConnected(world, 'org_x')).to.equal(true);
    });

    it('are enabled when the name was taken, by one of ours or by a person', async () => {
      for (const metadata of [{ institutionId: 'i-62' }, { institutionId: 'i-62', web: 'w' }, {}]) {
        const world = await connectedWorld();
        world.tenant.organizations.set('org_y', organization('org_y', 'i-62', metadata));
        world.listing = listing([...ids(60), 'i-62']);
        expect((await run(world)).applied).to.include({ failed: 0 });
        expect(isConnected(world, 'org_y')).to.equal(true);
      }
    });

    it('are enabled when their names are put back', async () => {
      const seed = organizations(ids(200)).map((each, index) =>
        index < 190 ? each : { ...each, name: `by-hand-${index}` },
      );
      const world = createWorld(ids(200), seed, { connections });
      expect((await run(world)).applied).to.include({ updated: 10 });
      expect(seed.slice(190).every(({ id }) => isConnected(world, id))).to.equal(true);
    });

    it('are not asked for with each change of others', async () => {
      const world = createWorld(ids(200), organizations(ids(200)), { connections });
      await run(world);
      world.tenant.calls.length = 0;
      world.listing = listing(ids(200).map((id) => institution(id, 'New')));
      await run(world);
      expect(world.tenant.calls.filter((line) => line.startsWith('CONNECTIONS'))).to.deep.equal([]);
    });

    it('are asked for once', async () => {
      const world = await connectedWorld();
      await run(world, { force: true });
      world.tenant.calls.length = 0;
      await run(world);
      expect(world.tenant.calls.map((line) => line.split(' ')[0])).to.deep.equal(['SCOPES']);
      world.memory.connected.clear();
      await run(world);
      expect(world.tenant.calls.filter((line) => line.startsWith('CONNECTIONS'))).to.deep.equal([]);
    });
  });

  it('that do not exist end the sync before any write', async () => {
    const world = createWorld(ids(3), [], { connections });
    world.tenant.connections.clear();
    const report = await run(world);
    expect(report.fault).to.include({ reason: 'ConnectionNotFound' });
    expect(writes(world.tenant)).to.deep.equal([]);
  });
});
