import { expect } from 'chai';
import { historyTable } from '../../../src/cli/cluster/history-table.ts';
import { watched } from '../controller/objects.ts';

const NOW = Date.parse('2026-02-01T01:00:00Z');

const past = (id: string, startTime: string, outcome: string) => ({
  id,
  startTime,
  durationSeconds: 12.3,
  requests: 1234,
  created: 1000,
  updated: 2,
  deleted: 3,
  failed: 4,
  skipped: 5,
  outcome,
});

describe('the table of the last syncs', () => {
  it('has a line for each, the newest first', () => {
    const history = [
      past('b', '2026-02-01T00:30:00Z', 'Succeeded'),
      past('a', '2026-01-31T01:00:00Z', 'Failed'),
    ];
    const lines = historyTable(watched({ status: { history } }), NOW);
    expect(lines.map((line) => line.split(/ {2,}/).join('|'))).to.deep.equal([
      'STARTED|OUTCOME|CREATED|UPDATED|REMOVED|FAILED|SKIPPED|REQUESTS|DURATION|ID',
      '30m ago|Succeeded|1,000|2|3|4|5|1,234|12.3s|b',
      '24h ago|Failed|1,000|2|3|4|5|1,234|12.3s|a',
    ]);
  });

  it('tells what is held now', () => {
    const history = [past('a', '2026-02-01T00:30:00Z', 'Succeeded')];
    const heldChanges = { deletions: 5, updates: 1, planHash: 'sha256:1' };
    const lines = historyTable(watched({ status: { history, heldChanges } }), NOW);
    expect(lines.at(-1)).to.equal(
      'Held now: 5 removals and 1 update. To look at them: kubectl isync plan world -n identity',
    );
  });

  it('says so when there is none', () => {
    expect(historyTable(watched(), NOW)).to.deep.equal(['No sync of world has ended yet.']);
  });
});
