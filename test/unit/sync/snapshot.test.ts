import { expect } from 'chai';
import { Fault } from '../../../src/api/fault.ts';
import type { Organization } from '../../../src/auth0/organization.ts';
import {
  doubt,
  emptyMemory,
  isFresh,
  readOrganizations,
  type TenantMemory,
} from '../../../src/sync/snapshot.ts';
import type { Tenant } from '../../../src/sync/tenant.ts';
import type { Clock } from '../../../src/time/clock.ts';
import { memoryTenant } from './memory-tenant.ts';
import { byId, ids, organization, organizations } from './rows.ts';
import { rejection } from './rejection.ts';

const NEVER = new AbortController().signal;
const NOW = 1_000_000;

/** A tenant that answers with these pages. */
function pages(...list: readonly (readonly Organization[])[]): Pick<Tenant, 'listOrganizations'> {
  return {
    async *listOrganizations(signal) {
      for (const page of list) {
        signal.throwIfAborted();
        yield page;
      }
    },
  };
}

function clockAt(now: number): Clock {
  return { now: () => now, async sleep() {} };
}

function ignore(_read: number): void {}

function read(
  tenant: Pick<Tenant, 'listOrganizations'>,
  memory: TenantMemory,
  { clock = clockAt(NOW), signal = NEVER, onProgress = ignore } = {},
): Promise<void> {
  return readOrganizations(tenant, memory, clock, onProgress, signal);
}

describe('isFresh', () => {
  const table: [age: number | undefined, expected: boolean][] = [
    [undefined, false],
    [0, true],
    [999, true],
    [1_000, false],
    [1_001, false],
    // The clock was put back: nobody knows how old the reading is.
    [-1, false],
  ];
  for (const [age, expected] of table) {
    it(`${expected} when the reading is ${age ?? 'in doubt'} of 1,000 ms old`, () => {
      const memory = { ...emptyMemory(), readAt: age === undefined ? undefined : NOW - age };
      expect(isFresh(memory, NOW, 1_000)).to.equal(expected);
    });
  }

  it('false after a doubt, and for a memory that knows nothing', () => {
    const memory = { ...emptyMemory(), readAt: NOW };
    doubt(memory);
    expect(isFresh(memory, NOW, 1_000)).to.equal(false);
    expect(isFresh(emptyMemory(), NOW, 1_000)).to.equal(false);
  });
});

describe('readOrganizations', () => {
  it('takes all pages, and tells how many rows it has', async () => {
    const memory = emptyMemory();
    const rows = organizations(ids(120));
    const progress: number[] = [];
    await read(memoryTenant(rows), memory, { onProgress: (count) => progress.push(count) });
    expect(memory.organizations).to.deep.equal(byId(rows));
    expect(progress).to.deep.equal([0, 50, 100, 120]);
  });

  it('counts the age of the memory from the beginning of the reading', async () => {
    const memory = emptyMemory();
    const times = [NOW, NOW + 5_000];
    await read(pages(organizations(ids(1))), memory, {
      clock: { now: () => times.shift() ?? NaN, async sleep() {} },
    });
    expect(memory.readAt).to.equal(NOW);
  });

  it('reads an empty tenant as empty', async () => {
    for (const tenant of [memoryTenant(), pages(), pages([])]) {
      const memory = { ...emptyMemory(), organizations: byId(organizations(ids(2))) };
      await read(tenant, memory);
      expect(memory.organizations.size).to.equal(0);
      expect(memory.readAt).to.equal(NOW);
    }
  });

  it('takes an empty page for no end', async () => {
    const memory = emptyMemory();
    await read(pages(organizations(['i-1']), [], organizations(['i-2'])), memory);
    expect([...memory.organizations.keys()]).to.deep.equal(['org_i-1', 'org_i-2']);
  });

  it('of repeated rows keeps the later', async () => {
    const memory = emptyMemory();
    const later = organization('org_i-1', 'renamed', { institutionId: 'i-1' });
    await read(pages(organizations(['i-1', 'i-2']), [later]), memory);
    expect([...memory.organizations.values()]).to.deep.equal([later, ...organizations(['i-2'])]);
  });

  it('accepts a name that went from one organization to another while it read', async () => {
    const memory = emptyMemory();
    const other = organization('org_2', 'i-1', {});
    const renamed = organization('org_i-1', 'zzz', { institutionId: 'i-1' });
    await read(pages(organizations(['i-1']), [other, renamed]), memory);
    expect(memory.organizations).to.deep.equal(byId([renamed, other]));
  });

  it('keeps the objects of organizations that have not changed, and no others', async () => {
    const before = [
      ...organizations(ids(4)),
      organization('org_i-5', 'i-5', { institutionId: 'i-5', web: 'old' }),
    ];
    const memory = { ...emptyMemory(), organizations: byId(before) };
    const [first] = before;
    const again = [
      { ...first!, metadata: { ...first!.metadata } },
      organization('org_i-2', 'i-2', { institutionId: 'i-2', note: 'new' }),
      { ...organization('org_i-3', 'i-3'), displayName: 'Another' },
      { ...organization('org_i-4', 'i-4'), name: 'by-hand' },
      organization('org_i-5', 'i-5', { institutionId: 'i-5', web: 'new' }),
    ];
    await read(pages(again), memory);
    expect([...memory.organizations.values()]).to.deep.equal(again);
    expect(memory.organizations.get('org_i-1')).to.equal(first);
  });

  it('does not take a missing key for one that is undefined', async () => {
    const before = organization('org_1', 'a', { toString: 'x' });
    const memory = { ...emptyMemory(), organizations: byId([before]) };
    const now = organization('org_1', 'a', { other: 'x' });
    await read(pages([now]), memory);
    expect(memory.organizations.get('org_1')).to.equal(now);
  });

  it('rejects when two organizations have one name, and does not trust what it has', async () => {
    const before = byId(organizations(['i-9']));
    const memory = { ...emptyMemory(), organizations: before, readAt: NOW };
    const twins = [organization('org_1', 'i-1'), organization('org_2', 'i-1', {})];
    const fault = await rejection(read(pages(twins), memory));
    expect(fault).to.be.instanceOf(Fault).and.to.include({ reason: 'TargetUnavailable' });
    expect((fault as Fault).message).to.match(/two rows have the same name.*Nothing was written/);
    expect(memory.organizations).to.equal(before);
    expect(memory.readAt).to.equal(undefined);
  });

  it('rejects with what a page rejects with, and does not trust what it has', async () => {
    const tenant = memoryTenant(organizations(ids(120)));
    const fault = new Fault('TargetUnavailable', 'cut short');
    tenant.faults.set('LIST 100', fault);
    const before = byId(organizations(['i-9']));
    const memory = { ...emptyMemory(), organizations: before, readAt: NOW };
    expect(await rejection(read(tenant, memory))).to.equal(fault);
    expect(memory.organizations).to.equal(before);
    expect(memory.readAt).to.equal(undefined);
  });

  it('ends at an abort in the middle', async () => {
    const abort = new AbortController();
    const tenant = memoryTenant(organizations(ids(120)));
    tenant.after = (line) => {
      if (line === 'LIST 50') abort.abort(new Error('stop'));
    };
    const memory = { ...emptyMemory(), readAt: NOW };
    const reading = read(tenant, memory, { signal: abort.signal });
    expect(await rejection(reading)).to.equal(abort.signal.reason);
    expect(tenant.calls).to.deep.equal(['LIST 0', 'LIST 50']);
    expect(memory.organizations.size).to.equal(0);
    expect(memory.readAt).to.equal(undefined);
  });

  it('forgets what it knew of organizations that are gone', async () => {
    const memory = {
      ...emptyMemory(),
      connected: new Set(['org_i-1', 'org_i-2']),
      refusedConnections: new Set(['org_i-1', 'org_i-3']),
    };
    await read(pages(organizations(['i-1'])), memory);
    expect([...memory.connected]).to.deep.equal(['org_i-1']);
    expect([...memory.refusedConnections]).to.deep.equal(['org_i-1']);
  });
});
