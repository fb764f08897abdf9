import { expect } from 'chai';
import { nothingApplied, outcomeOf, type SyncReport } from '../../../src/sync/report.ts';

function report(outcome: SyncReport['outcome'], failed: number): SyncReport {
  return {
    id: 's',
    startedAt: 0,
    durationMs: 0,
    outcome,
    fault: undefined,
    requests: 0,
    fullReading: true,
    institutions: undefined,
    organizations: undefined,
    conflicts: [],
    decision: undefined,
    applied: { ...nothingApplied(), failed },
  };
}

describe('outcomeOf', () => {
  for (const [outcome, failed, expected] of [
    ['done', 0, 'Succeeded'],
    ['done', 1, 'PartiallyFailed'],
    ['failed', 0, 'Failed'],
    ['failed', 1, 'Failed'],
    ['interrupted', 0, 'Interrupted'],
    ['interrupted', 1, 'Interrupted'],
  ] as const) {
    it(`says ${expected} of a sync that is ${outcome} with ${failed} refused changes`, () => {
      expect(outcomeOf(report(outcome, failed))).to.equal(expected);
    });
  }
});
