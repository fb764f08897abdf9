import { expect } from 'chai';
import { Fault } from '../../../src/api/fault.ts';
import { roundSummary } from '../../../src/cli/screen/round-summary.ts';
import { flagWording } from '../../../src/cli/wording.ts';
import { NO_CHANGES } from '../../../src/sync/changes.ts';
import type { SyncReport } from '../../../src/sync/report.ts';
import { institution, listing, organization, planReport } from './plan-cases.ts';

const wording = flagWording({ kind: 'token', accessToken: 'x' });

/** A sync that has done something, with `changes`. */
function report(changes: Partial<SyncReport>): SyncReport {
  const base = planReport(listing([institution('a')]), [organization('a')]);
  return {
    ...base,
    decision: { allowed: NO_CHANGES, held: undefined, approved: undefined, planned: undefined },
    applied: { ...base.applied, created: 1234, updated: 2, deleted: 1 },
    ...changes,
  };
}

function style(_colour: string, text: string): string {
  return text;
}

function summary(of: SyncReport): string {
  return [...roundSummary(of, { style, wording })].join('\n');
}

describe('the summary of a round', () => {
  it('tells in a line what was done', () => {
    expect(summary(report({}))).to.equal(
      'Done in 1m1s: 1,234 created, 2 updated, 1 removed. 1 organization in sync.',
    );
  });

  it('tells what mode Plan would have done', () => {
    const the = listing([institution('new'), institution('a')]);
    expect(summary(planReport(the, [organization('a')]))).to.equal(
      'Planned in 1m1s, nothing written: 1 created, 0 updated, 0 removed if it were not for mode Plan.',
    );
  });

  it('tells of held changes, and the exact words to release them', () => {
    const { decision } = planReport(listing([]), [organization('a'), organization('b')]);
    const held = report({ decision: { ...decision!, planned: undefined } });
    expect(summary(held)).to.match(
      /\n {2}Held, because a limit would be exceeded: 2 removals\.\n.* --APPROVE sha256:[0-9a-f]{64}$/,
    );
  });

  it('tells of failures and how many more there are', () => {
    const failure = {
      institutionId: 'i-1',
      operation: 'create',
      statusCode: 400,
      message: 'Not \u{1b}[0m this',
    } as const;
    const applied = {
      ...report({}).applied,
      failed: 12,
      failures: Array.from({ length: 10 }, () => failure),
    };
    const text = summary(report({ applied }));
    expect(text).to.include('  12 changes failed; the next run tries again:\n');
    expect(text).to.include(String.raw`    create i-1: 400 Not \u{1b}[0m this`);
    expect(text).to.include('    … and 2 more failures');
  });

  it('tells of skipped rows and conflicts, in the words of the flags', () => {
    const the = listing([institution('taken')], [{ id: undefined, why: 'has no iid' }]);
    const unmarked = organization('taken', { metadata: {} });
    const text = summary(planReport(the, [unmarked], { adopt: false }));
    expect(text).to.include('  Skipped 1 row of THE that cannot become organizations: no iid: has');
    expect(text).to.include('  Conflict: taken (org_taken): ').and.include('Set --ADOPT to true');
  });

  it('tells what is left when it was interrupted', () => {
    const applied = { ...report({}).applied, left: 5 };
    expect(summary(report({ outcome: 'interrupted', applied }))).to.equal(
      'Interrupted after 1m1s.\n  1,234 created, 2 updated, 1 removed; 5 changes left. The next run goes on from there.',
    );
    expect(summary(report({ outcome: 'interrupted', decision: undefined }))).to.include(
      'Nothing was changed: it ended before the plan was made.',
    );
  });

  it('tells a fault in the words of the flags', () => {
    const fault = new Fault('SourceInvalid', 'Fewer than institutions.minimum (5).');
    expect(summary(report({ outcome: 'failed', fault }))).to.match(
      /^Failed after 1m1s \(SourceInvalid\)\.\n {2}Fewer than --MINIMUM \(5\)\.\n/,
    );
  });
});
