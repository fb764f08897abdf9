import { expect } from 'chai';
import type { Condition } from '../../../src/api/conditions.ts';
import { Fault } from '../../../src/api/fault.ts';
import { FAULT_REASONS, isStalling, type FaultReason } from '../../../src/api/reasons.ts';
import { conditionsOf } from '../../../src/controller/conditions.ts';
import type { Facts } from '../../../src/controller/facts.ts';
import * as messages from '../../../src/controller/messages.ts';
import type { HeldChanges } from '../../../src/sync/policy.ts';
import { nothingApplied } from '../../../src/sync/report.ts';
import { condition, report } from './objects.ts';

const NOW = '2026-02-01T00:00:00Z';

function view(conditions: readonly Condition[]): Record<string, string> {
  return Object.fromEntries(
    conditions.map(({ type, status, reason }) => [type, `${status} ${reason}`]),
  );
}

function after(facts: Facts, previous: readonly Condition[] = []): Record<string, string> {
  return view(conditionsOf(facts, previous, 2, NOW));
}

const GOOD = {
  Ready: 'True Synced',
  SourceAvailable: 'True ListingComplete',
  TargetAvailable: 'True Reachable',
};
const running: Facts = { kind: 'running', progress: undefined };
const synced: Facts = { kind: 'synced', report: report() };

function failed(reason: FaultReason): Facts {
  return {
    kind: 'synced',
    report: report({ outcome: 'failed', fault: new Fault(reason, `because of ${reason}`) }),
  };
}

function held(deletions: number, updates: number): Facts {
  const changes: HeldChanges['changes'] = { renames: [], updates: [], removals: [] };
  const decision = {
    allowed: { renames: [], creations: [], updates: [], removals: [] },
    held: { deletions, updates, planHash: 'sha256:2', changes },
    approved: undefined,
    planned: undefined,
  };
  return { kind: 'synced', report: report({ decision }) };
}

describe('conditionsOf', () => {
  it('a first sync: unknown and reconciling', () => {
    expect(after(running)).to.deep.equal({
      Ready: 'Unknown Progressing',
      Reconciling: 'True Progressing',
    });
  });

  it('a sync that ended well: ready, and nothing else', () => {
    const before = [
      condition('Ready', 'Unknown', 'Progressing'),
      condition('Reconciling', 'True', 'Progressing'),
    ];
    expect(after(synced, before)).to.deep.equal(GOOD);
  });

  it('a routine sync of the same generation changes nothing', () => {
    const before = conditionsOf(synced, [], 2, '2026-01-01T00:00:00Z');
    expect(conditionsOf(running, before, 2, NOW)).to.deep.equal(before);
  });

  it('a new generation is unknown until it is synced', () => {
    const before = conditionsOf(synced, [], 1, '2026-01-01T00:00:00Z');
    expect(after(running, before)).to.include({
      Ready: 'Unknown Progressing',
      Reconciling: 'True Progressing',
    });
  });

  it('keeps the transition time while the status stays', () => {
    const before = conditionsOf(synced, [], 2, '2026-01-01T00:00:00Z');
    const same = conditionsOf(synced, before, 2, NOW);
    expect(same.every((each) => each.lastTransitionTime === '2026-01-01T00:00:00Z')).to.equal(true);
    const worse = conditionsOf(failed('SourceInvalid'), before, 2, NOW);
    expect(worse.find(({ type }) => type === 'Ready')?.lastTransitionTime).to.equal(NOW);
    expect(worse.find(({ type }) => type === 'TargetAvailable')?.lastTransitionTime).not.to.equal(
      NOW,
    );
  });

  for (const reason of FAULT_REASONS) {
    it(`${reason}: not ready${isStalling(reason) ? ', stalled' : ''}`, () => {
      for (const facts of [
        failed(reason),
        { kind: 'blocked', fault: new Fault(reason, `because of ${reason}`) } as const,
      ]) {
        const conditions = conditionsOf(facts, [], 2, NOW);
        expect(view(conditions)).to.include({ Ready: `False ${reason}` });
        expect('Stalled' in view(conditions)).to.equal(isStalling(reason));
        expect(view(conditions)).not.to.have.property('Reconciling');
        expect(conditions[0]?.message).to.equal(
          `because of ${reason} Runbook: docs/operations.md#${reason.toLowerCase()}`,
        );
      }
    });
  }

  it('says which side is at fault, and of the other what is known', () => {
    const before = conditionsOf(synced, [], 2, NOW);
    const blocked = (reason: FaultReason) =>
      after({ kind: 'blocked', fault: new Fault(reason, 'x') }, before);
    expect(after(failed('SourceUnavailable'), before)).to.include({
      SourceAvailable: 'False SourceUnavailable',
      TargetAvailable: 'True Reachable',
    });
    expect(blocked('AuthenticationFailed')).to.include({
      SourceAvailable: 'True ListingComplete',
      TargetAvailable: 'False AuthenticationFailed',
    });
    expect(blocked('SecretNotFound')).to.include({ TargetAvailable: 'True Reachable' });
  });

  it('a retry after a fault reconciles; a stalled object stays stalled until it is mended', () => {
    const before = conditionsOf(failed('SourceInvalid'), [], 2, NOW);
    expect(after(running, before)).to.include({
      Ready: 'False SourceInvalid',
      Reconciling: 'True Progressing',
    });
    const stalled = conditionsOf(failed('AuthenticationFailed'), [], 2, NOW);
    expect(after(running, stalled)).to.include({ Stalled: 'True AuthenticationFailed' });
    expect(after(running, stalled)).not.to.have.property('Reconciling');
    expect(view(conditionsOf(running, stalled, 3, NOW))).to.include({
      Reconciling: 'True Progressing',
    });
  });

  it('refused changes are a partial failure', () => {
    const applied = { ...nothingApplied(), failed: 1 };
    expect(after({ kind: 'synced', report: report({ applied }) })).to.include({
      Ready: 'False PartialFailure',
    });
  });

  it('held changes: ready, and held for as long as nothing newer is known', () => {
    expect(after(held(3, 2))).to.include({
      Ready: 'True Synced',
      ChangesHeld: 'True DeletionLimitExceeded',
    });
    expect(after(held(0, 2))).to.include({ ChangesHeld: 'True UpdateLimitExceeded' });
    const before = conditionsOf(held(3, 0), [], 2, NOW);
    expect(after(running, before)).to.have.property('ChangesHeld');
    expect(after({ kind: 'synced', report: noPlan() }, before)).to.have.property('ChangesHeld');
    expect(after(synced, before)).not.to.have.property('ChangesHeld');
  });

  it('held changes that were approved are not held any more, also when their sync is stopped', () => {
    const before = conditionsOf(held(3, 0), [], 2, NOW);
    const stopped = report({ outcome: 'interrupted' });
    expect(after({ kind: 'interrupted', report: stopped }, before)).not.to.have.property(
      'ChangesHeld',
    );
    expect(after({ kind: 'interrupted', report: undefined }, before)).to.have.property(
      'ChangesHeld',
    );
  });

  it('skipped rows', () => {
    const institutions = { total: 5, skipped: 1, skippedSample: [], digest: 'sha256:1' };
    const facts: Facts = { kind: 'synced', report: report({ institutions }) };
    expect(after(facts)).to.include({
      Ready: 'True Synced',
      InstitutionsSkipped: 'True InvalidRows',
    });
    expect(after(synced, conditionsOf(facts, [], 2, NOW))).to.deep.equal(GOOD);
  });

  it('suspended: says so, and leaves the verdict of the generation that it is for', () => {
    const before = conditionsOf(synced, [], 1, NOW);
    const suspended = conditionsOf({ kind: 'suspended' }, before, 2, NOW);
    expect(view(suspended)).to.deep.equal({ ...GOOD, Suspended: 'True Suspended' });
    expect(suspended.find(({ type }) => type === 'Ready')?.observedGeneration).to.equal(1);
    expect(after(synced, suspended)).to.deep.equal(GOOD);
  });

  it('suspended before there is a verdict: promises no progress', () => {
    for (const before of [[], conditionsOf({ kind: 'running', progress: undefined }, [], 1, NOW)]) {
      const suspended = conditionsOf({ kind: 'suspended' }, before, 1, NOW);
      expect(view(suspended)).to.deep.equal({
        Ready: 'Unknown Progressing',
        Suspended: 'True Suspended',
      });
      expect(suspended.find(({ type }) => type === 'Ready')?.message).to.equal(messages.SUSPENDED);
    }
  });
});

function noPlan() {
  return report({
    outcome: 'failed',
    fault: new Fault('SourceInvalid', 'x'),
    decision: undefined,
    institutions: undefined,
    organizations: undefined,
  });
}
