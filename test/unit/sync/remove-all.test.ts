import { expect } from 'chai';
import * as fc from 'fast-check';
import { Fault } from '../../../src/api/fault.ts';
import { ownership } from '../../../src/sync/ownership.ts';
import { listManaged, removeManaged } from '../../../src/sync/remove-all.ts';
import { nothingApplied, type Applied } from '../../../src/sync/report.ts';
import type { Clock } from '../../../src/time/clock.ts';
import { runs, scenarios } from './arbitraries.ts';
import {
  memoryTenant,
  missingOnce,
  recordingObserver,
  writes,
  type MemoryTenant,
} from './memory-tenant.ts';
import { ids, organization, organizations } from './rows.ts';
import { rejection } from './rejection.ts';

const NEVER = new AbortController().signal;
const CLOCK: Clock = { now: () => 0, async sleep() {} };

/** Both steps, as `institution-sync remove` takes them. */
async function removeAll(
  tenant: MemoryTenant,
  { applied = nothingApplied(), observer = recordingObserver(), signal = NEVER } = {},
): Promise<Applied> {
  const removals = await listManaged(tenant, observer, CLOCK, signal);
  await removeManaged(tenant, removals, applied, observer, signal);
  return applied;
}

describe('listManaged', () => {
  it('lists what is managed, whatever its name, and nothing else', async () => {
    const tenant = memoryTenant([
      organization('org_1', 'i-1'),
      organization('org_2', 'renamed', { institutionId: 'i-2' }),
      organization('org_3', 'people', {}),
      organization('org_4', 'one', { institutionId: 'i-4' }),
      organization('org_5', 'two', { institutionId: 'i-4' }),
    ]);
    const observer = recordingObserver();
    const removals = await listManaged(tenant, observer, CLOCK, NEVER);
    const reading = ['ReadingOrganizations 0/0', 'ReadingOrganizations 5/0'];
    expect(observer.phases).to.deep.equal([...reading, ...reading]);
    expect(removals.map((each) => [each.organization.id, each.institutionId])).to.deep.equal([
      ['org_1', 'i-1'],
      ['org_2', 'i-2'],
    ]);
    expect(writes(tenant)).to.deep.equal([]);
  });

  it('leaves out one whose mark another carries as well', async () => {
    const tenant = memoryTenant([
      organization('org_1', 'i-1'),
      organization('org_2', 'copy', { institutionId: 'i-1' }),
    ]);
    expect(await listManaged(tenant, recordingObserver(), CLOCK, NEVER)).to.deep.equal([]);
  });

  it('leaves out one that is ours by its mark alone when one of two listings shows another', async () => {
    const tenant = memoryTenant([
      organization('org_1', 'renamed', { institutionId: 'i-1' }),
      organization('org_2', 'copy', { institutionId: 'i-1' }),
    ]);
    for (const id of ['org_1', 'org_2']) {
      const listing = listManaged(missingOnce(tenant, id), recordingObserver(), CLOCK, NEVER);
      expect(await listing).to.deep.equal([]);
    }
  });

  it('reads once where names and marks agree, twice where one is ours by its mark alone', async () => {
    const tenant = memoryTenant(organizations(ids(3)));
    await listManaged(tenant, recordingObserver(), CLOCK, NEVER);
    expect(tenant.calls.filter((call) => call.startsWith('LIST'))).to.have.length(1);
    tenant.organizations.set('org_9', organization('org_9', 'renamed', { institutionId: 'i-9' }));
    expect(await listManaged(tenant, recordingObserver(), CLOCK, NEVER)).to.have.length(4);
    expect(tenant.calls.filter((call) => call.startsWith('LIST'))).to.have.length(3);
  });

  it('asks for the scopes first', async () => {
    const tenant = memoryTenant(organizations(ids(1)));
    const fault = new Fault('InsufficientScope', 'no');
    tenant.faults.set('SCOPES read:organizations delete:organizations', fault);
    const listing = listManaged(tenant, recordingObserver(), CLOCK, NEVER);
    expect(await rejection(listing)).to.equal(fault);
    expect(tenant.calls).to.have.length(1);
  });
});

describe('removeManaged', () => {
  it('removes all of them, and writes each down as it was', async () => {
    const tenant = memoryTenant([...organizations(ids(3)), organization('org_9', 'people', {})]);
    const observer = recordingObserver();
    const applied = await removeAll(tenant, { observer });
    expect(applied).to.deep.include({ deleted: 3, failed: 0, left: 0 });
    expect([...tenant.organizations.keys()]).to.deep.equal(['org_9']);
    expect(observer.audits[0]).to.deep.equal({
      operation: 'delete',
      institutionId: 'i-1',
      organizationId: 'org_i-1',
      organizationName: 'i-1',
      before: { ...organization('org_i-1', 'i-1'), branding: { logo: 'kept' } },
      after: null,
    });
    expect(observer.phases.at(-1)).to.equal('Applying 3/3');
  });

  it('has nothing to do in a tenant without managed organizations', async () => {
    const tenant = memoryTenant([organization('org_9', 'people', {})]);
    expect(await removeAll(tenant)).to.deep.equal(nothingApplied());
  });

  it('spares one that has lost its mark meanwhile', async () => {
    const tenant = memoryTenant(organizations(ids(2)));
    tenant.before = (line) => {
      if (line === 'GET org_i-1') {
        tenant.organizations.set('org_i-1', organization('org_i-1', 'i-1', {}));
      }
    };
    expect(await removeAll(tenant)).to.include({ deleted: 1, spared: 1, left: 0 });
    expect([...tenant.organizations.keys()]).to.deep.equal(['org_i-1']);
  });

  it('spares one whose mark it finds on another, so that the other does not go in its place', async () => {
    // More than are under way at once, so that the mark is found before its own one is read.
    const tenant = memoryTenant(organizations(ids(40)));
    tenant.before = (line) => {
      if (line === 'GET org_i-1') {
        tenant.organizations.set(
          'org_i-1',
          organization('org_i-1', 'i-1', { institutionId: 'i-40' }),
        );
      }
    };
    expect(await removeAll(tenant)).to.include({ deleted: 38, spared: 2, left: 0 });
    expect(await removeAll(tenant)).to.include({ deleted: 0 });
    expect([...tenant.organizations.keys()]).to.deep.equal(['org_i-1', 'org_i-40']);
  });

  it('counts one that is gone already as done', async () => {
    const tenant = memoryTenant(organizations(ids(2)));
    tenant.before = (line) => {
      if (line === 'GET org_i-1') tenant.organizations.delete('org_i-1');
      if (line === 'DELETE org_i-2') tenant.organizations.delete('org_i-2');
    };
    expect(await removeAll(tenant)).to.include({ deleted: 2, failed: 0, left: 0 });
  });

  it('counts a refusal and goes on', async () => {
    const tenant = memoryTenant(organizations(ids(3)));
    tenant.faults.set('DELETE org_i-2', 400);
    const applied = await removeAll(tenant);
    expect(applied).to.include({ deleted: 2, failed: 1, left: 0 });
    expect(applied.failures).to.deep.equal([
      {
        institutionId: 'i-2',
        operation: 'delete',
        statusCode: 400,
        message: 'refused: DELETE org_i-2',
      },
    ]);
  });

  it('rejects with a fault and says what is left', async () => {
    const tenant = memoryTenant(organizations(ids(100)));
    const fault = new Fault('TargetUnavailable', 'down');
    tenant.faults.set('DELETE org_i-40', fault);
    const applied = nothingApplied();
    expect(await rejection(removeAll(tenant, { applied }))).to.equal(fault);
    expect(applied.deleted).to.equal(100 - tenant.organizations.size);
    expect(applied.left).to.equal(tenant.organizations.size);
    expect(applied.deleted).to.be.within(39 - 16, 39 + 16);
  });

  it('rejects with the reason of an abort and says what is left', async () => {
    const tenant = memoryTenant(organizations(ids(100)));
    const abort = new AbortController();
    tenant.after = (line) => {
      if (line === 'DELETE org_i-40') abort.abort(new Error('stop'));
    };
    const applied = nothingApplied();
    const removing = removeAll(tenant, { applied, signal: abort.signal });
    expect(await rejection(removing)).to.equal(abort.signal.reason);
    expect(applied).to.include({
      deleted: 100 - tenant.organizations.size,
      left: tenant.organizations.size,
      failed: 0,
    });
    expect(await removeAll(tenant)).to.include({ deleted: applied.left });
  });

  it('never removes what was not managed at first, however often it is repeated', async () => {
    await fc.assert(
      fc.asyncProperty(
        scenarios,
        fc.array(fc.boolean(), { maxLength: 9 }),
        async (scenario, refused) => {
          const { managed } = ownership(scenario.seed);
          const mine = new Set([...managed.values()].map(({ id }) => id));
          const tenant = memoryTenant(scenario.seed);
          for (const [index, isRefused] of refused.entries()) {
            if (isRefused) tenant.faults.set(`DELETE org_${index}`, 400);
          }
          await removeAll(tenant);
          tenant.faults.clear();
          for (let again = 0; again < 3; again += 1) await removeAll(tenant);
          for (const { id } of scenario.seed) {
            if (!mine.has(id)) expect([...tenant.organizations.keys()]).to.include(id);
          }
          expect(await removeAll(tenant)).to.include({ deleted: 0 });
        },
      ),
      runs(300),
    );
  });
});
