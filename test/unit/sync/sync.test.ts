import { expect } from 'chai';
import { nothingApplied } from '../../../src/sync/report.ts';
import { memoryTenant, writes } from './memory-tenant.ts';
import { rejection } from './rejection.ts';
import { ids, institution, listing, organization, organizations } from './rows.ts';
import { contents, createSyncedWorld, createWorld, HOUR, NO_LIMITS, run } from './world.ts';

const USERS = { name: 'Users', assignMembershipOnLogin: false };

describe('sync', () => {
  describe('the first time', () => {
    it('creates every organization, reads once, and writes nothing twice', async () => {
      const world = createWorld(ids(1_200));
      const report = await run(world);
      expect(report).to.deep.include({
        id: 'sync-1',
        startedAt: world.now,
        outcome: 'done',
        fault: undefined,
        fullReading: true,
        requests: 1 + 1_200,
        institutions: { total: 1_200, skipped: 0, skippedSample: [], digest: 'sha256:0' },
        organizations: { total: 1_200, managed: 1_200, inSync: 1_200, unmanaged: 0, conflicts: 0 },
        conflicts: [],
        applied: { ...nothingApplied(), created: 1_200 },
      });
      expect(world.tenant.organizations.size).to.equal(1_200);
      expect(world.memory.organizations).to.deep.equal(world.tenant.organizations);
    });

    it('adopts what people made, keeps what is in sync, and leaves the rest alone', async () => {
      const world = createWorld(ids(3), [
        ...organizations(['i-1']),
        organization('org_2', 'i-2', { theirs: '1' }, 'Name i-2'),
        organization('org_3', 'people', {}),
      ]);
      const report = await run(world);
      expect(writes(world.tenant)).to.have.members([
        'POST i-3',
        'PATCH org_2 {"metadata":{"theirs":"1","institutionId":"i-2"}}',
      ]);
      expect(report.organizations).to.deep.equal({
        total: 4,
        managed: 3,
        inSync: 3,
        unmanaged: 1,
        conflicts: 0,
      });
    });

    it('reports skipped rows and keeps their organizations', async () => {
      const world = createWorld(ids(1), organizations(ids(4)));
      world.listing = listing(
        ['i-1'],
        [
          { id: 'i-2', why: 'no name' },
          { id: undefined, why: 'no iid' },
          { id: 'i-3', why: 'no name' },
          { id: 'i-4', why: 'no name' },
        ],
      );
      const report = await run(world);
      expect(report.institutions).to.deep.include({
        total: 1,
        skipped: 4,
        skippedSample: ['i-2: no name', 'no iid: no iid', 'i-3: no name'],
      });
      expect(report.organizations).to.include({ managed: 4, inSync: 1 });
      expect(writes(world.tenant)).to.deep.equal([]);
    });

    it('reports conflicts', async () => {
      const world = createWorld(['i-1'], [organization('org_1', 'i-1', {})], { adopt: false });
      const report = await run(world);
      expect(report.conflicts).to.have.length(1);
      expect(report.conflicts[0]).to.include({ institutionId: 'i-1', organizationId: 'org_1' });
      expect(report.organizations).to.include({ managed: 0, unmanaged: 1, conflicts: 1 });
      expect(report.outcome).to.equal('done');
    });

    it('goes through its phases in order', async () => {
      const world = createWorld(['i-1'], [...organizations(['i-2'])], { connections: [USERS] });
      world.settings = { ...world.settings, prune: false };
      await run(world, { newSettings: true });
      expect(world.observer.phases).to.deep.equal([
        'ReadingInstitutions 0/0',
        'ReadingOrganizations 0/0',
        'ReadingOrganizations 1/0',
        'Applying 0/1',
        'Applying 1/1',
        'CheckingConnections 1/1',
      ]);
    });
  });

  describe('without changes', () => {
    it('asks nothing of Auth0 within the drift interval', async () => {
      const world = await createSyncedWorld(ids(120), { connections: [USERS] });
      world.now += HOUR - 1;
      const report = await run(world);
      expect(world.tenant.calls.map((line) => line.split(' ')[0])).to.deep.equal(['SCOPES']);
      expect(report).to.deep.include({ outcome: 'done', fullReading: false, requests: 0 });
      expect(report.organizations).to.include({ total: 120, managed: 120, inSync: 120 });
    });

    it('reads all organizations, and nothing else, after it', async () => {
      for (const count of [0, 1, 50, 51, 120]) {
        const world = await createSyncedWorld(ids(count));
        world.now += HOUR;
        const report = await run(world);
        expect(report).to.include({ outcome: 'done', fullReading: true });
        expect(world.tenant.requestCount()).to.equal(Math.max(1, Math.ceil(count / 50)));
      }
    });

    it('reads them again whenever the memory is in doubt', async () => {
      const world = await createSyncedWorld(ids(3));
      world.memory.readAt = undefined;
      expect(await run(world)).to.include({ fullReading: true });
      expect(await run(world)).to.include({ fullReading: false });
    });

    it('repairs by then what people changed in Auth0', async () => {
      const world = await createSyncedWorld(ids(3));
      world.tenant.organizations.delete('org_i-1');
      world.tenant.organizations.set(
        'org_i-2',
        organization('org_i-2', 'by-hand', { institutionId: 'i-2' }),
      );
      expect((await run(world)).applied).to.deep.equal(nothingApplied());
      world.now += HOUR;
      expect((await run(world)).applied).to.include({ created: 1, updated: 1 });
      expect(contents(world.tenant)).to.deep.equal(contents(memoryTenant(organizations(ids(3)))));
    });

    it('reads everything when it is forced to', async () => {
      const world = await createSyncedWorld(ids(120), { connections: [USERS] });
      await run(world, { force: true });
      const verbs = new Map<string, number>();
      for (const line of world.tenant.calls) {
        const verb = line.split(' ')[0] ?? '';
        verbs.set(verb, (verbs.get(verb) ?? 0) + 1);
      }
      expect(Object.fromEntries(verbs)).to.deep.equal({
        SCOPES: 1,
        LIST: 3,
        CONNECTION: 1,
        CONNECTIONS: 120,
        // The first sync checked as many as it took list requests.
        ENABLE: 117,
      });
    });
  });

  describe('with changes', () => {
    it('costs a write for each, and a read for each removal', async () => {
      const world = await createSyncedWorld(ids(200));
      world.listing = listing([
        ...ids(193).map((id, index) => institution(id, index < 4 ? 'New' : undefined)),
        'i-new-1',
        'i-new-2',
      ]);
      const report = await run(world);
      expect(report.applied).to.deep.equal({
        ...nothingApplied(),
        created: 2,
        updated: 4,
        deleted: 7,
      });
      expect(writes(world.tenant)).to.have.length(13);
      expect(world.tenant.requestCount()).to.equal(13 + 7);
      expect(report.requests).to.equal(13 + 7);
      expect(report.organizations).to.deep.equal({
        total: 195,
        managed: 195,
        inSync: 195,
        unmanaged: 0,
        conflicts: 0,
      });
    });

    it('knows its own changes at the next sync', async () => {
      const world = await createSyncedWorld(ids(40));
      world.listing = listing([institution('i-1', 'New'), ...ids(39).slice(1), 'i-new']);
      await run(world);
      const requests = world.tenant.requestCount();
      expect((await run(world)).applied).to.deep.equal(nothingApplied());
      expect(world.tenant.requestCount()).to.equal(requests);
      expect(world.memory.organizations).to.deep.equal(world.tenant.organizations);
    });

    it('goes on when some are refused, and tries them again at the next sync', async () => {
      const world = createWorld(ids(5));
      world.tenant.faults.set('POST i-3', 400);
      const first = await run(world);
      expect(first.outcome).to.equal('done');
      expect(first.applied).to.include({ created: 4, failed: 1 });
      expect(first.organizations).to.include({ managed: 4, inSync: 4 });
      world.tenant.faults.clear();
      expect((await run(world)).applied).to.include({ created: 1, failed: 0 });
    });

    it('removes nothing without prune', async () => {
      const world = await createSyncedWorld(ids(3), { prune: false, limits: NO_LIMITS });
      world.listing = listing([]);
      expect((await run(world)).applied).to.deep.equal(nothingApplied());
      expect(world.tenant.organizations.size).to.equal(3);
    });
  });

  it('does not pass a defect off as anything else', async () => {
    const world = createWorld(ids(3));
    const defect = new TypeError('a defect');
    world.tenant.faults.set('POST', defect);
    expect(await rejection(run(world))).to.equal(defect);
  });

  it('counts its own requests, not those of syncs before', async () => {
    const world = createWorld(ids(60));
    expect(await run(world)).to.include({ requests: 61 });
    expect(await run(world)).to.include({ requests: 0 });
    expect(await run(world, { force: true })).to.include({ requests: 2 });
  });

  it('says how long it took', async () => {
    const world = createWorld(ids(3));
    const startedAt = world.now;
    world.tenant.after = () => void (world.now += 1_000);
    expect(await run(world)).to.include({ startedAt, durationMs: 5_000 });
  });
});
