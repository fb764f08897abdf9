import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { isStalling } from '../../../src/api/reasons.ts';
import { EVENT_REASONS } from '../../../src/controller/object-api.ts';
import * as messages from '../../../src/controller/messages.ts';
import { REASON_CAUSES, REASONS } from '../../e2e/reason-causes.ts';

describe('what the docs say that each reason shows', () => {
  const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| \[`(\w+)`\]\(#(\w+)\) +\| (.+?) +\| (\w+) +\| (.+?) +\|/gm)];

  it('is a table with a row for each reason that there is, and no other', () => {
    expect(rows.map(([, reason]) => reason)).to.deep.equal(REASONS);
    expect(REASONS).to.have.members(Object.keys(REASON_CAUSES));
  });

  for (const reason of REASONS) {
    const { how, type, status } = REASON_CAUSES[reason];

    it(`has the cause of ${reason}, the verdict, and what stood in kubectl describe`, () => {
      const [, , anchor, cause, ready, others] = rows.find(([, name]) => name === reason) ?? [];
      expect({ anchor, cause }).to.deep.equal({ anchor: reason.toLowerCase(), cause: how });
      if (type === 'Ready') expect(ready).to.equal(status);
      const stalls = status === 'False' && isStalling(reason as Parameters<typeof isStalling>[0]);
      expect(others?.includes('Stalled True'), others).to.equal(stalls);
      const [, section = ''] = page.split(`<!-- shown: ${reason} (written by`);
      const [shown] = section.split('<!-- end -->');
      expect(shown).to.include(`**Shown.** ${how}`).and.include(`\`${type} ${status} ${reason}\``);
    });
  }

  it('has every message that is constant', () => {
    for (const message of Object.values(messages)) {
      if (typeof message === 'string') expect(page).to.include(message);
    }
  });

  it('is a row for each event that there is, and no other', () => {
    const [, section = ''] = page.split('\n## Events\n');
    const [events = ''] = section.split('\n## ');
    const told = [...events.matchAll(/^\| `(\w+)` /gm)].map(([, reason]) => reason);
    expect(told).to.deep.equal(EVENT_REASONS);
  });
});
