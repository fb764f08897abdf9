import { expect } from 'chai';
import { Fault } from '../../../src/api/fault.ts';
import type { EnabledConnection } from '../../../src/auth0/organization.ts';
import { resolveConnections } from '../../../src/sync/connections.ts';
import { emptyMemory, type TenantMemory } from '../../../src/sync/snapshot.ts';
import { memoryTenant, type MemoryTenant } from './memory-tenant.ts';
import { rejection } from './rejection.ts';

const NEVER = new AbortController().signal;
const USERS = { name: 'Users', assignMembershipOnLogin: false };
const STAFF = { name: 'Staff', assignMembershipOnLogin: true };
const IDS = new Map([
  ['Users', 'con_1'],
  ['Staff', 'con_2'],
]);
const ENABLED_USERS = { connectionId: 'con_1', assignMembershipOnLogin: false };
const ENABLED_STAFF = { connectionId: 'con_2', assignMembershipOnLogin: true };

function resolve(
  tenant: MemoryTenant,
  memory: TenantMemory,
  settings = [USERS, STAFF],
  again = false,
): Promise<readonly EnabledConnection[]> {
  return resolveConnections(tenant, memory, settings, again, NEVER);
}

describe('resolveConnections', () => {
  it('finds the ids, in the order of the settings', async () => {
    const tenant = memoryTenant([], IDS);
    expect(await resolve(tenant, emptyMemory())).to.deep.equal([ENABLED_USERS, ENABLED_STAFF]);
    expect(tenant.calls).to.deep.equal(['CONNECTION Users', 'CONNECTION Staff']);
  });

  it('asks nothing for no connections', async () => {
    const tenant = memoryTenant();
    expect(await resolve(tenant, emptyMemory(), [])).to.deep.equal([]);
    expect(tenant.calls).to.deep.equal([]);
  });

  it('names the connection that does not exist, and what to do', async () => {
    const tenant = memoryTenant([], new Map([['Users', 'con_1']]));
    const fault = await rejection(resolve(tenant, emptyMemory()));
    expect(fault).to.be.instanceOf(Fault).and.to.include({ reason: 'ConnectionNotFound' });
    expect(fault).to.have.property('message').that.includes('"Staff"');
  });

  it('finds it once it exists', async () => {
    const tenant = memoryTenant();
    const memory = emptyMemory();
    await rejection(resolve(tenant, memory, [USERS]));
    tenant.connections.set('Users', 'con_1');
    expect(await resolve(tenant, memory, [USERS])).to.deep.equal([ENABLED_USERS]);
  });

  it('asks once, and again when it is told to', async () => {
    const tenant = memoryTenant([], IDS);
    const memory = emptyMemory();
    await resolve(tenant, memory);
    await resolve(tenant, memory);
    expect(tenant.calls).to.have.length(2);
    tenant.connections.set('Users', 'con_9');
    expect((await resolve(tenant, memory, [USERS, STAFF], true))[0]?.connectionId).to.equal(
      'con_9',
    );
    expect(tenant.calls).to.have.length(4);
  });

  describe('and what is known of the organizations', () => {
    async function known(before: (typeof USERS)[], after: (typeof USERS)[]): Promise<TenantMemory> {
      const tenant = memoryTenant([], IDS);
      const memory = emptyMemory();
      await resolve(tenant, memory, before);
      memory.connected.add('org_1');
      await resolve(tenant, memory, after);
      return memory;
    }

    const assigning = { ...USERS, assignMembershipOnLogin: true };
    const table: [string, (typeof USERS)[], (typeof USERS)[], boolean][] = [
      ['is kept when nothing has changed', [USERS, STAFF], [USERS, STAFF], true],
      ['is kept when only the order has changed', [USERS, STAFF], [STAFF, USERS], true],
      ['is kept when one is no longer asked for', [USERS, STAFF], [USERS], true],
      ['is forgotten when one is added', [USERS], [USERS, STAFF], false],
      ['is forgotten when the first is added', [], [USERS], false],
      ['is forgotten when one has another setting', [USERS], [assigning], false],
    ];
    for (const [title, before, after, kept] of table) {
      it(`${title}${kept ? '' : ', and all are to be checked'}`, async () => {
        const memory = await known(before, after);
        expect(memory.connected.has('org_1')).to.equal(kept);
        expect(memory.checkAllConnections).to.equal(!kept);
      });
    }

    it('is forgotten when one that was dropped comes back', async () => {
      const tenant = memoryTenant([], IDS);
      const memory = emptyMemory();
      await resolve(tenant, memory, [USERS, STAFF]);
      await resolve(tenant, memory, [USERS]);
      memory.connected.add('org_1');
      await resolve(tenant, memory, [USERS, STAFF]);
      expect(memory.connected.size).to.equal(0);
    });

    it('is nothing at first: then not all are checked at once', async () => {
      const memory = emptyMemory();
      await resolve(memoryTenant([], IDS), memory);
      expect(memory.checkAllConnections).to.equal(false);
    });
  });
});
