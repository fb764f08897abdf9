import { expect } from 'chai';
import { Fault } from '../../../src/api/fault.ts';
import type { Organization } from '../../../src/auth0/organization.ts';
import { Refusal } from '../../../src/auth0/refusal.ts';
import type { Institution } from '../../../src/institutions/institution.ts';
import {
  applyChange,
  type ChangeContext,
  type ChangeResult,
} from '../../../src/sync/apply-change.ts';
import type { Change } from '../../../src/sync/changes.ts';
import { differences } from '../../../src/sync/desired.ts';
import { emptyMemory, type TenantMemory } from '../../../src/sync/snapshot.ts';
import { redact } from '../../../src/telemetry/redact.ts';
import { createSecrets } from '../../../src/telemetry/secrets.ts';
import { memoryTenant, type MemoryTenant } from './memory-tenant.ts';
import { rejection } from './rejection.ts';
import { byId, institution, organization } from './rows.ts';

const NEVER = new AbortController().signal;
const CONNECTIONS = [{ connectionId: 'con_1', assignMembershipOnLogin: true }];

interface Scene {
  readonly tenant: MemoryTenant;
  readonly memory: TenantMemory;
  /** Makes the change; whatever comes of it, a memory that is not in doubt equals the tenant. */
  readonly make: (change: Change) => Promise<ChangeResult>;
}

/** A tenant whose organizations are all in memory, unless `hidden`: made since the last reading. */
function scene(
  seed: readonly Organization[],
  hidden: readonly Organization[] = [],
  context: Partial<ChangeContext> = {},
): Scene {
  const tenant = memoryTenant([...seed, ...hidden]);
  const memory = { ...emptyMemory(), organizations: byId(seed), readAt: 1 };
  for (const { id } of seed) memory.connected.add(id);
  const strayMarks = new Set<string>();
  return {
    tenant,
    memory,
    async make(change) {
      const result = await applyChange(
        change,
        {
          tenant,
          memory,
          connections: CONNECTIONS,
          fields: ['web'],
          mayAdopt: true,
          strayMarks,
          ...context,
        },
        NEVER,
      );
      if (memory.readAt !== undefined) {
        expect(memory.organizations).to.deep.equal(tenant.organizations);
      }
      for (const id of memory.connected) expect(memory.organizations.has(id)).to.equal(true);
      return result;
    },
  };
}

function creation(of: Institution): Change {
  return { kind: 'create', institution: of, awaitsRename: false };
}

function update(organization: Organization, institution: Institution): Change {
  const set = differences(organization, institution, ['web']) ?? {};
  return { kind: 'update', organization, institution, set, adopts: false };
}

function removal(organization: Organization, institutionId: string): Change {
  return { kind: 'remove', organization, institutionId };
}

describe('a creation', () => {
  it('makes the organization with its mark, its fields and its connections', async () => {
    const { tenant, memory, make } = scene([]);
    const result = await make(creation(institution('i-1', 'One', { web: 'https://one' })));
    const made = {
      id: 'org_made1',
      name: 'i-1',
      displayName: 'One',
      metadata: { institutionId: 'i-1', web: 'https://one' },
    };
    expect([...tenant.organizations.values()]).to.deep.equal([made]);
    expect(tenant.enabled.get('org_made1')).to.deep.equal(new Map([['con_1', true]]));
    expect(memory.connected.has('org_made1')).to.equal(true);
    expect(result).to.deep.equal({
      result: 'created',
      audit: {
        operation: 'create',
        institutionId: 'i-1',
        organizationId: 'org_made1',
        organizationName: 'i-1',
        before: null,
        after: {
          name: 'i-1',
          display_name: 'One',
          metadata: { institutionId: 'i-1', web: 'https://one' },
          enabled_connections: [{ connection_id: 'con_1', assign_membership_on_login: true }],
        },
      },
    });
  });

  it('without connections leaves nothing to remember of them', async () => {
    const { memory, make } = scene([], [], { connections: [] });
    expect(await make(creation(institution('i-1')))).to.include({ result: 'created' });
    expect(memory.connected.size).to.equal(0);
  });

  for (const [what, institutionNow, answered] of [
    ['another name', institution('i-1'), organization('org_1', 'i_1', { institutionId: 'i-1' })],
    ['another display name', institution('i-1', 'Asked'), organization('org_1', 'i-1')],
    [
      'more metadata',
      institution('i-1'),
      organization('org_1', 'i-1', { institutionId: 'i-1', theirs: '1' }),
    ],
    ['another mark', institution('i-1'), organization('org_1', 'i-1', { institutionId: 'i-2' })],
  ] as const) {
    it(`that Auth0 answers with ${what} is remembered as answered`, async () => {
      const plain = memoryTenant();
      const tenant = { ...plain, createOrganization: async () => answered };
      const { memory, make } = scene([answered], [], { tenant });
      memory.organizations.clear();
      expect(await make(creation(institutionNow))).to.have.property('result', 'created');
      expect(memory.organizations.get('org_1')).to.deep.equal(answered);
    });
  }

  it('whose earlier answer was lost finds its organization by name', async () => {
    const made = organization('org_lost', 'i-1');
    const { tenant, memory, make } = scene([], [made]);
    const result = await make(creation(institution('i-1')));
    expect(result).to.deep.equal({
      result: 'created',
      audit: {
        operation: 'create',
        institutionId: 'i-1',
        organizationId: 'org_lost',
        organizationName: 'i-1',
        before: null,
        after: { name: 'i-1', display_name: made.displayName, metadata: { institutionId: 'i-1' } },
      },
    });
    expect(tenant.calls).to.deep.equal(['POST i-1', 'NAME i-1']);
    // Nobody knows which connections it has.
    expect(memory.connected.has('org_lost')).to.equal(false);
  });

  it('finds an organization that the listing missed, and brings it up to date', async () => {
    const missed = organization('org_1', 'i-1', { institutionId: 'i-1', theirs: '1' }, 'Old');
    const { tenant, make } = scene([], [missed]);
    const result = await make(creation(institution('i-1', 'New')));
    expect(result).to.deep.equal({
      result: 'updated',
      audit: {
        operation: 'update',
        institutionId: 'i-1',
        organizationId: 'org_1',
        organizationName: 'i-1',
        before: { display_name: 'Old' },
        after: { display_name: 'New' },
      },
    });
    expect(tenant.organizations.get('org_1')?.metadata).to.deep.equal({
      institutionId: 'i-1',
      theirs: '1',
    });
  });

  it('takes over what a person made meanwhile', async () => {
    const { tenant, make } = scene([], [organization('org_1', 'i-1', { theirs: '1' })]);
    const result = await make(creation(institution('i-1')));
    expect(result).to.include({ result: 'updated' });
    expect(tenant.organizations.get('org_1')?.metadata).to.deep.equal({
      theirs: '1',
      institutionId: 'i-1',
    });
  });

  it('takes over what is in memory just as it is', async () => {
    const made = organization('org_1', 'i-1', { theirs: '1' });
    const { memory, make } = scene([made]);
    expect(await make(creation(institution('i-1')))).to.include({ result: 'updated' });
    expect(memory.readAt).to.equal(1);
  });

  it('is a conflict when what a person made may not be taken over', async () => {
    const made = organization('org_1', 'i-1', { theirs: '1' });
    const { tenant, make } = scene([], [made], { mayAdopt: false });
    expect(await make(creation(institution('i-1')))).to.deep.equal({
      result: 'conflict',
      message: 'An organization that is not managed took the name meanwhile.',
    });
    expect(tenant.organizations.get('org_1')).to.equal(made);
  });

  it('is a conflict when the name belongs to one that is marked for another institution', async () => {
    const marked = organization('org_1', 'i-1', { institutionId: 'i-2' });
    const { tenant, make } = scene([], [marked]);
    expect(await make(creation(institution('i-1')))).to.deep.equal({
      result: 'conflict',
      message: 'An organization that is marked for another institution has the name.',
    });
    expect(tenant.organizations.get('org_1')).to.equal(marked);
  });

  for (const [what, known, now] of [
    ['another name', organization('org_1', 'i-2', {}), organization('org_1', 'i-1', {})],
    ['another name and mark', organization('org_1', 'i-2'), organization('org_1', 'i-1')],
    [
      'another mark',
      organization('org_1', 'i-1', { institutionId: 'i-2' }),
      organization('org_1', 'i-1', {}),
    ],
  ] as const) {
    it(`leaves one that was read with ${what} to the next sync: another change may be about it`, async () => {
      const { tenant, memory, make } = scene([known]);
      tenant.organizations.set('org_1', now);
      expect(await make(creation(institution('i-1', 'New name')))).to.deep.equal({
        result: 'conflict',
        message: 'An organization was given the name meanwhile. The next sync reads all again.',
      });
      expect(tenant.organizations.get('org_1')).to.equal(now);
      expect(memory.readAt).to.equal(undefined);
    });
  }

  it('is a conflict, and the memory in doubt, when the name is free again', async () => {
    const { tenant, memory, make } = scene([], [organization('org_1', 'i-1', {})]);
    tenant.after = (line) => {
      if (line === 'POST i-1') tenant.organizations.delete('org_1');
    };
    expect(await make(creation(institution('i-1')))).to.deep.equal({
      result: 'conflict',
      message: 'The name was taken and is free again. The next sync creates it.',
    });
    expect(memory.readAt).to.equal(undefined);
  });

  it('says gone when the organization vanishes between the answers', async () => {
    const { tenant, memory, make } = scene([], [organization('org_1', 'i-1', {})]);
    tenant.after = (line) => {
      if (line === 'NAME i-1') tenant.organizations.delete('org_1');
    };
    expect(await make(creation(institution('i-1')))).to.deep.equal({ result: 'gone' });
    expect(memory.organizations.size).to.equal(0);
    expect(memory.readAt).to.equal(undefined);
  });

  it('rejects with what Auth0 refuses, and leaves the memory as it is', async () => {
    const { tenant, memory, make } = scene([]);
    tenant.faults.set('POST', 400);
    expect(await rejection(make(creation(institution('i-1'))))).to.be.instanceOf(Refusal);
    expect(memory.organizations.size).to.equal(0);
  });
});

describe('an update', () => {
  const before = organization('org_1', 'i-1', { institutionId: 'i-1', theirs: '1' });

  it('sends what differs, and remembers the answer', async () => {
    const { tenant, make } = scene([before]);
    const result = await make(update(before, institution('i-1', 'New', { web: 'w' })));
    const set = {
      displayName: 'New',
      metadata: { institutionId: 'i-1', theirs: '1', web: 'w' },
    };
    expect(tenant.calls).to.deep.equal([`PATCH org_1 ${JSON.stringify(set)}`]);
    expect(result).to.deep.equal({
      result: 'updated',
      audit: {
        operation: 'update',
        institutionId: 'i-1',
        organizationId: 'org_1',
        organizationName: 'i-1',
        before: { display_name: before.displayName, metadata: { web: null } },
        after: { display_name: 'New', metadata: { web: 'w' } },
      },
    });
  });

  it('of a gone organization forgets it and doubts the rest', async () => {
    const { tenant, memory, make } = scene([before]);
    tenant.organizations.delete('org_1');
    expect(await make(update(before, institution('i-1', 'New')))).to.deep.equal({
      result: 'gone',
    });
    expect(memory.organizations.size).to.equal(0);
    expect(memory.connected.size).to.equal(0);
    expect(memory.readAt).to.equal(undefined);
  });

  it('rejects with what Auth0 refuses, and leaves the memory as it is', async () => {
    const { tenant, memory, make } = scene([before]);
    tenant.faults.set('PATCH', 400);
    const making = make(update(before, institution('i-1', 'New')));
    expect(await rejection(making)).to.be.instanceOf(Refusal);
    expect(memory.organizations.get('org_1')).to.equal(before);
  });
});

describe('a removal', () => {
  const before = organization('org_1', 'i-1');

  it('reads the organization again, removes it, and writes down its whole last state', async () => {
    const { tenant, memory, make } = scene([before]);
    const last = organization('org_1', 'i-1', { institutionId: 'i-1', theirs: '1' });
    tenant.organizations.set('org_1', last);
    const result = await make(removal(before, 'i-1'));
    expect(tenant.calls).to.deep.equal(['GET org_1', 'DELETE org_1']);
    expect(result).to.deep.equal({
      result: 'deleted',
      audit: {
        operation: 'delete',
        institutionId: 'i-1',
        organizationId: 'org_1',
        organizationName: 'i-1',
        before: { ...last, branding: { logo: 'kept' } },
        after: null,
      },
    });
    expect(memory.readAt).to.equal(1);
  });

  it('has the whole last state shown in a log, also what looks like a secret', async () => {
    const last = organization('org_1', 'i-1', { institutionId: 'i-1', password: 'x y z' });
    const { tenant, make } = scene([before]);
    tenant.organizations.set('org_1', last);
    const result = await make(removal(before, 'i-1'));
    const shown = redact('audit' in result && result.audit.before, createSecrets());
    expect(shown).to.deep.equal({ ...last, branding: { logo: 'kept' } });
  });

  const spared: [string, Readonly<Record<string, string>>][] = [
    ['has lost its mark', { theirs: '1' }],
    ['has an empty mark', { institutionId: '' }],
    ['is marked for another institution', { institutionId: 'i-2' }],
  ];
  for (const [title, metadata] of spared) {
    it(`spares one that ${title}, and remembers it as it is`, async () => {
      const { tenant, memory, make } = scene([before]);
      const now = organization('org_1', 'i-1', metadata);
      tenant.organizations.set('org_1', now);
      expect(await make(removal(before, 'i-1'))).to.deep.equal({ result: 'spared' });
      expect(tenant.calls).to.deep.equal(['GET org_1']);
      expect(memory.organizations.get('org_1')).to.deep.equal(now);
    });
  }

  it('spares one of another name when the one that the mark is named after was not listed', async () => {
    const renamed = organization('org_1', 'by-hand', { institutionId: 'i-1' });
    const named = organization('org_2', 'i-1');
    const { tenant, make } = scene([renamed], [named]);
    expect(await make(removal(renamed, 'i-1'))).to.deep.equal({ result: 'spared' });
    expect(tenant.calls).to.deep.equal(['GET org_1', 'NAME i-1']);
  });

  const twins: [string, Change, string][] = [
    ['a removal', removal(organization('org_2', 'i-2'), 'i-2'), 'spared'],
    ['a creation', creation(institution('i-2')), 'conflict'],
    [
      'a removal that looked for its name',
      removal(organization('org_3', 'by-hand', { institutionId: 'i-2' }), 'i-2'),
      'deleted',
    ],
  ];
  for (const [finder, change, result] of twins) {
    it(`spares one whose mark ${finder} has found on another since the reading`, async () => {
      const other = organization('org_3', 'by-hand', { institutionId: 'i-2' });
      const { tenant, make } = scene([before, organization('org_2', 'i-2'), other]);
      tenant.organizations.set('org_2', organization('org_2', 'i-2', { institutionId: 'i-1' }));
      expect(await make(change)).to.have.property('result', result);
      expect(await make(removal(before, 'i-1'))).to.deep.equal({ result: 'spared' });
      expect(tenant.organizations.has('org_1')).to.equal(true);
    });
  }

  it('spares one whose mark a creation has found on one that was not listed', async () => {
    const hidden = organization('org_2', 'i-2', { institutionId: 'i-1' });
    const { tenant, make } = scene([before], [hidden]);
    expect(await make(creation(institution('i-2')))).to.have.property('result', 'conflict');
    expect(await make(removal(before, 'i-1'))).to.deep.equal({ result: 'spared' });
    expect(tenant.organizations.has('org_1')).to.equal(true);
  });

  it('removes one although a creation has found it under another name', async () => {
    const renamed = organization('org_1', 'i-2', { institutionId: 'i-1' });
    const { make } = scene([renamed]);
    expect(await make(creation(institution('i-2')))).to.have.property('result', 'conflict');
    expect(await make(removal(renamed, 'i-1'))).to.have.property('result', 'deleted');
  });

  it('removes one of another name when its old name has gone to a stranger', async () => {
    const renamed = organization('org_1', 'by-hand', { institutionId: 'i-1' });
    const stranger = organization('org_2', 'i-1', {});
    const { tenant, make } = scene([renamed, stranger]);
    expect(await make(removal(renamed, 'i-1'))).to.have.property('result', 'deleted');
    expect(tenant.organizations.has('org_2')).to.equal(true);
  });

  it('removes one that was renamed since the last reading', async () => {
    const { tenant, make } = scene([before]);
    tenant.organizations.set('org_1', organization('org_1', 'zzz', { institutionId: 'i-1' }));
    expect(await make(removal(before, 'i-1'))).to.include({ result: 'deleted' });
  });

  it('has nothing to do for one that is gone', async () => {
    const { tenant, memory, make } = scene([before]);
    tenant.organizations.delete('org_1');
    expect(await make(removal(before, 'i-1'))).to.deep.equal({ result: 'gone' });
    expect(tenant.calls).to.deep.equal(['GET org_1']);
    expect(memory.organizations.size).to.equal(0);
  });

  it('takes a 404 for done', async () => {
    const { tenant, memory, make } = scene([before]);
    tenant.after = (line) => {
      if (line === 'GET org_1') tenant.organizations.delete('org_1');
    };
    expect(await make(removal(before, 'i-1'))).to.deep.equal({ result: 'gone' });
    expect(memory.organizations.size).to.equal(0);
  });

  it('does not remove what it cannot read', async () => {
    const { tenant, memory, make } = scene([before]);
    const fault = new Fault('TargetUnavailable', 'down');
    tenant.faults.set('GET', fault);
    expect(await rejection(make(removal(before, 'i-1')))).to.equal(fault);
    tenant.faults.set('GET', 400);
    expect(await rejection(make(removal(before, 'i-1')))).to.be.instanceOf(Refusal);
    expect(tenant.organizations.size).to.equal(1);
    expect(memory.organizations.get('org_1')).to.equal(before);
  });
});
