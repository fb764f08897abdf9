import { expect } from 'chai';
import { Fault } from '../../../src/api/fault.ts';
import { InstitutionSyncStatus } from '../../../src/api/status.ts';
import { eventsOf } from '../../../src/controller/event-transitions.ts';
import type { Facts } from '../../../src/controller/facts.ts';
import { statusOf } from '../../../src/controller/status.ts';
import { nothingApplied } from '../../../src/sync/report.ts';
import { report, watched } from './objects.ts';

const NOW = Date.parse('2026-02-01T00:00:20Z');
const NEXT = Date.parse('2026-02-01T00:30:20Z');
const synced: Facts = { kind: 'synced', report: report() };

function after(facts: Facts, before: InstitutionSyncStatus = {}, request?: string) {
  const object = watched({ status: before });
  return statusOf(facts, object, { now: NOW, next: NEXT }, request);
}

function applied(changes: Partial<ReturnType<typeof nothingApplied>>): Facts {
  return { kind: 'synced', report: report({ applied: { ...nothingApplied(), ...changes } }) };
}

function held(deletions: number, updates = 0): Facts {
  const none = { renames: [], creations: [], updates: [], removals: [] };
  const decision = {
    allowed: none,
    held: { deletions, updates, planHash: 'sha256:2', changes: none },
    approved: undefined,
    planned: undefined,
  };
  return { kind: 'synced', report: report({ decision }) };
}

const broken: Facts = {
  kind: 'synced',
  report: report({
    outcome: 'failed',
    fault: new Fault('SourceInvalid', 'what to do'),
    institutions: undefined,
    organizations: undefined,
    decision: undefined,
  }),
};

describe('statusOf', () => {
  it('has every field of the contract after a sync', () => {
    const { conditions, ...status } = after(synced, {}, 'now-please');
    expect(conditions).to.have.length(3);
    expect(status).to.deep.equal({
      observedGeneration: 2,
      lastHandledReconcileAt: 'now-please',
      lastAttemptTime: '2026-02-01T00:00:00Z',
      lastSuccessTime: '2026-02-01T00:00:12Z',
      nextSyncTime: '2026-02-01T00:30:20Z',
      institutions: { total: 5, skipped: 0, digest: 'sha256:1' },
      organizations: { total: 6, managed: 5, inSync: 5, unmanaged: 1, conflicts: 0, held: 0 },
      lastSync: {
        id: 'sync-1',
        startTime: '2026-02-01T00:00:00Z',
        durationSeconds: 12.3,
        requests: 3,
        created: 0,
        updated: 0,
        deleted: 0,
        failed: 0,
        skipped: 0,
      },
      history: [{ ...status.lastSync, outcome: 'Succeeded' }],
    });
  });

  it('passes through the schema of the resource unchanged', () => {
    for (const facts of [synced, broken, held(3), applied({ failed: 1, created: 2 })]) {
      const status = after(facts);
      expect(InstitutionSyncStatus.parse(status)).to.deep.equal(status);
    }
  });

  it('a failed sync keeps what the last good one found out', () => {
    const before = after(synced);
    const status = after(broken, before);
    expect(status.institutions).to.deep.equal(before.institutions);
    expect(status.organizations).to.deep.equal(before.organizations);
    expect(status.lastSuccessTime).to.equal(before.lastSuccessTime);
    expect(status.history?.map(({ outcome }) => outcome)).to.deep.equal(['Failed', 'Succeeded']);
  });

  it('keeps five syncs', () => {
    let status: InstitutionSyncStatus = {};
    for (let round = 0; round < 7; round += 1) status = after(synced, status);
    expect(status.history).to.have.length(5);
  });

  it('shows progress only while a sync runs', () => {
    const progress = { phase: 'Applying', done: 4, total: 9 } as const;
    const running = after({ kind: 'running', progress });
    expect(running.progress).to.deep.equal(progress);
    expect(after(synced, running)).not.to.have.property('progress');
    expect(after({ kind: 'suspended' }, running)).not.to.have.property('progress');
  });

  it('shows held changes until a sync finds none', () => {
    const status = after(held(3));
    expect(status.heldChanges).to.deep.equal({ deletions: 3, updates: 0, planHash: 'sha256:2' });
    expect(status.organizations?.held).to.equal(3);
    expect(after(broken, status).heldChanges).to.deep.equal(status.heldChanges);
    expect(after(synced, status)).not.to.have.property('heldChanges');
  });

  it('counts in mode Plan what Enforce would do, held changes included', () => {
    const none = { renames: [], creations: [], updates: [], removals: [] };
    const institution = { id: 'a', name: 'A', fields: {} };
    const creations = [{ kind: 'create', institution, awaitsRename: false }] as const;
    const decision = {
      allowed: none,
      held: { deletions: 3, updates: 0, planHash: 'sha256:2', changes: none },
      approved: undefined,
      planned: { ...none, creations },
    };
    const status = after({ kind: 'synced', report: report({ decision }) });
    expect(status.plannedChanges).to.deep.equal({
      creations: 1,
      updates: 0,
      deletions: 3,
      planHash: 'sha256:2',
    });
    expect(status).not.to.have.property('heldChanges');
    expect(after(synced, status)).not.to.have.property('plannedChanges');
  });
});

describe('eventsOf', () => {
  const { metadata: OBJECT } = watched();

  function events(facts: Facts, before: InstitutionSyncStatus): string[] {
    return eventsOf(facts, before, after(facts, before), OBJECT).map(
      ({ type, reason }) => `${type} ${reason}`,
    );
  }

  it('tells of a sync that changed something, not of one that did not', () => {
    expect(events(applied({ created: 1 }), after(synced))).to.deep.equal(['Normal SyncSucceeded']);
    expect(events(synced, after(synced))).to.deep.equal([]);
  });

  it('tells of a failure once, and of the recovery', () => {
    expect(events(broken, after(synced))).to.deep.equal(['Warning SyncFailed']);
    expect(events(broken, after(broken))).to.deep.equal([]);
    expect(events(synced, after(broken))).to.deep.equal(['Normal SyncSucceeded']);
    expect(events(applied({ failed: 1 }), after(synced))).to.deep.equal(['Warning SyncFailed']);
    expect(events(applied({ failed: 1 }), after(applied({ failed: 2 })))).to.deep.equal([]);
  });

  it('says of a recovery that it is one, also when nothing had to be changed', () => {
    const [event] = eventsOf(synced, after(broken), after(synced, after(broken)), OBJECT);
    expect(event?.note).to.equal('The sync succeeded again. Nothing had to be changed.');
  });

  it('tells of another failure', () => {
    const other: Facts = { kind: 'blocked', fault: new Fault('SecretNotFound', 'x') };
    expect(events(other, after(broken))).to.deep.equal(['Warning SyncFailed']);
  });

  it('tells of held changes once for each hash', () => {
    expect(events(held(3), after(synced))).to.deep.equal(['Warning ChangesHeld']);
    expect(events(held(3), after(held(3)))).to.deep.equal([]);
  });

  for (const [facts, what] of [
    [held(3), '3 removals'],
    [held(1), '1 removal'],
    [held(0, 1), '1 update'],
    [held(1, 2), '1 removal and 2 updates'],
  ] as const) {
    it(`says how to release ${what}`, () => {
      const [event] = eventsOf(facts, after(synced), after(facts, after(synced)), OBJECT);
      expect(event?.note).to.equal(
        `A limit holds ${what} until a person approves. To release: kubectl annotate institutionsync world -n identity --overwrite sync.timeshighereducation.com/approve=sha256:2`,
      );
    });
  }

  it('tells of skipped rows and of conflicts when they begin', () => {
    const institutions = { total: 5, skipped: 1, skippedSample: [], digest: 'sha256:1' };
    const organizations = { total: 6, managed: 5, inSync: 5, unmanaged: 1, conflicts: 1 };
    const facts: Facts = { kind: 'synced', report: report({ institutions, organizations }) };
    expect(events(facts, after(synced))).to.deep.equal([
      'Warning InstitutionsSkipped',
      'Warning OwnershipConflict',
    ]);
    expect(events(facts, after(facts))).to.deep.equal([]);
  });
});
