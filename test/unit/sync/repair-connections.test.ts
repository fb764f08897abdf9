import { expect } from 'chai';
import { Fault } from '../../../src/api/fault.ts';
import type { EnabledConnection } from '../../../src/auth0/organization.ts';
import { repairConnections } from '../../../src/sync/connections.ts';
import { nothingApplied, type Applied } from '../../../src/sync/report.ts';
import { emptyMemory, type TenantMemory } from '../../../src/sync/snapshot.ts';
import { memoryTenant, recordingObserver, writes, type MemoryTenant } from './memory-tenant.ts';
import { rejection } from './rejection.ts';
import { byId, ids, organization, organizations } from './rows.ts';

const NEVER = new AbortController().signal;
const IDS = new Map([
  ['Users', 'con_1'],
  ['Staff', 'con_2'],
]);
const ENABLED_USERS = { connectionId: 'con_1', assignMembershipOnLogin: false };
const ENABLED_STAFF = { connectionId: 'con_2', assignMembershipOnLogin: true };

interface Scene {
  readonly tenant: MemoryTenant;
  readonly memory: TenantMemory;
  readonly observer: ReturnType<typeof recordingObserver>;
  readonly repair: (
    extent: 'all' | 'some',
    connections?: readonly EnabledConnection[],
    signal?: AbortSignal,
  ) => Promise<Applied>;
}

function scene(seed = organizations(ids(3))): Scene {
  const tenant = memoryTenant(seed, IDS);
  const memory = { ...emptyMemory(), organizations: byId(seed), readAt: 1 };
  const observer = recordingObserver();
  return {
    tenant,
    memory,
    observer,
    async repair(extent, connections = [ENABLED_USERS], signal = NEVER) {
      const applied = nothingApplied();
      await repairConnections(tenant, memory, connections, extent, applied, observer, signal);
      return applied;
    },
  };
}

describe('repairConnections', () => {
  it('enables what is missing, tells of it, and remembers', async () => {
    const { tenant, memory, observer, repair } = scene();
    tenant.enabled.set('org_i-2', new Map([['con_1', false]]));
    await repair('all', [ENABLED_USERS, ENABLED_STAFF]);
    const wanted = new Map([
      ['con_1', false],
      ['con_2', true],
    ]);
    for (const id of ids(3)) {
      expect(tenant.enabled.get(`org_${id}`)).to.deep.equal(wanted);
      expect(memory.connected.has(`org_${id}`)).to.equal(true);
    }
    expect(writes(tenant)).to.have.length(5);
    expect(observer.audits).to.have.length(5);
    expect(observer.audits).to.deep.include({
      operation: 'connect',
      institutionId: 'i-2',
      organizationId: 'org_i-2',
      organizationName: 'i-2',
      before: null,
      after: { connection_id: 'con_2', assign_membership_on_login: true },
    });
    expect(observer.phases).to.deep.equal([1, 2, 3].map((done) => `CheckingConnections ${done}/3`));
  });

  it('sets a membership setting that differs', async () => {
    const { tenant, observer, repair } = scene(organizations(ids(1)));
    tenant.enabled.set('org_i-1', new Map([['con_1', true]]));
    await repair('all');
    expect(tenant.enabled.get('org_i-1')).to.deep.equal(new Map([['con_1', false]]));
    expect(observer.audits[0]).to.deep.include({
      before: { connection_id: 'con_1', assign_membership_on_login: true },
      after: { connection_id: 'con_1', assign_membership_on_login: false },
    });
  });

  it('leaves other connections as they are', async () => {
    const { tenant, repair } = scene(organizations(ids(1)));
    tenant.enabled.set('org_i-1', new Map([['con_theirs', true]]));
    await repair('all');
    expect(tenant.enabled.get('org_i-1')?.get('con_theirs')).to.equal(true);
  });

  it('asks nothing when no connection is configured', async () => {
    const { tenant, repair } = scene();
    await repair('all', []);
    expect(tenant.calls).to.deep.equal([]);
  });

  it('checks each organization once', async () => {
    const { tenant, repair } = scene();
    await repair('all');
    tenant.calls.length = 0;
    await repair('all');
    expect(tenant.calls).to.deep.equal([]);
  });

  it('checks only what is managed under its own name', async () => {
    const { tenant, repair } = scene([
      organization('org_1', 'i-1'),
      organization('org_2', 'people', {}),
      organization('org_3', 'renamed', { institutionId: 'i-3' }),
    ]);
    await repair('all');
    expect(tenant.calls).to.deep.equal(['CONNECTIONS org_1', 'ENABLE org_1 con_1']);
  });

  it('some: as many as there were list requests, until all are checked', async () => {
    const { tenant, memory, repair } = scene(organizations(ids(101)));
    const checked: number[] = [];
    for (let round = 0; round < 35; round += 1) {
      tenant.calls.length = 0;
      await repair('some');
      checked.push(tenant.calls.filter((line) => line.startsWith('CONNECTIONS')).length);
    }
    expect(checked).to.deep.equal([...Array<number>(33).fill(3), 2, 0]);
    expect(memory.connected.size).to.equal(101);
  });

  it('counts a refusal and goes on, and tries it again', async () => {
    const { tenant, memory, observer, repair } = scene();
    tenant.faults.set('ENABLE org_i-2', 400);
    const applied = await repair('all');
    expect(applied).to.include({ failed: 1 });
    expect(applied.failures).to.deep.equal([
      {
        institutionId: 'i-2',
        operation: 'connect',
        statusCode: 400,
        message: 'refused: ENABLE org_i-2',
      },
    ]);
    expect(observer.failures).to.deep.equal(['connect i-2: refused: ENABLE org_i-2']);
    expect([...memory.connected]).to.have.members(['org_i-1', 'org_i-3']);
    expect(memory.readAt).to.equal(1);

    tenant.faults.clear();
    expect(await repair('all')).to.include({ failed: 0 });
    expect(memory.connected.size).to.equal(3);
    expect(memory.refusedConnections.size).to.equal(0);
  });

  it('one that is refused again and again does not keep the others waiting', async () => {
    const { tenant, memory, repair } = scene(organizations(ids(10)));
    tenant.faults.set('ENABLE org_i-1 ', 400);
    let failed = 0;
    for (let round = 0; round < 11; round += 1) failed += (await repair('some')).failed;
    expect(memory.connected.size).to.equal(9);
    expect(failed).to.equal(2);
  });

  it('counts an organization that is gone, and doubts the memory', async () => {
    const { tenant, memory, repair } = scene();
    tenant.organizations.delete('org_i-2');
    const applied = await repair('all');
    expect(applied.failures[0]).to.include({ institutionId: 'i-2', statusCode: 404 });
    expect(applied.failed).to.equal(1);
    expect(memory.readAt).to.equal(undefined);
  });

  it('rejects with a fault, and knows what it has done', async () => {
    const { tenant, memory, repair } = scene(organizations(ids(40)));
    memory.checkAllConnections = true;
    const fault = new Fault('InsufficientScope', 'no');
    tenant.faults.set('ENABLE org_i-20 ', fault);
    expect(await rejection(repair('all'))).to.equal(fault);
    for (const id of memory.connected) {
      expect(tenant.enabled.get(id)).to.deep.equal(new Map([['con_1', false]]));
    }
    expect(memory.connected.size).to.be.within(1, 39);
    expect(memory.checkAllConnections).to.equal(true);

    tenant.faults.clear();
    await repair('all');
    expect(memory.connected.size).to.equal(40);
    expect(memory.checkAllConnections).to.equal(false);
  });

  it('rejects with the reason of an abort', async () => {
    const { tenant, memory, repair } = scene(organizations(ids(40)));
    memory.checkAllConnections = true;
    const abort = new AbortController();
    tenant.after = (line) => {
      if (line.startsWith('ENABLE org_i-20 ')) abort.abort(new Error('stop'));
    };
    const repairing = repair('all', [ENABLED_USERS], abort.signal);
    expect(await rejection(repairing)).to.equal(abort.signal.reason);
    expect(memory.connected.size).to.be.within(1, 39);
    expect(memory.checkAllConnections).to.equal(true);
  });
});
