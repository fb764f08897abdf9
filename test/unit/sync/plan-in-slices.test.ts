import { expect } from 'chai';
import type { Organization } from '../../../src/auth0/organization.ts';
import { plan, planInSlices } from '../../../src/sync/plan.ts';
import { ROWS_PER_SLICE } from '../../../src/time/slices.ts';
import { byId, ids, listing, organizations } from './rows.ts';

const COUNT = 5_000;
const SETTINGS = { adopt: true, fields: [] };

describe('planInSlices', () => {
  // How often it goes through all rows: index, comparison, creation, listed ids, removal.
  const table: [string, number, number, number][] = [
    ['nothing to do', COUNT, COUNT, 4],
    ['everything to create', COUNT, 0, 3],
    ['everything to remove', 0, COUNT, 2],
  ];
  for (const [title, institutions, seed, passes] of table) {
    it(`pauses all the time, with ${title}`, () => {
      const rows = listing(ids(institutions));
      const before: ReadonlyMap<string, Organization> = byId(organizations(ids(seed)));
      const work = planInSlices(rows, before, SETTINGS);
      let pauses = 0;
      let step = work.next();
      for (; step.done !== true; step = work.next()) pauses += 1;
      expect(pauses).to.be.within((passes * COUNT) / ROWS_PER_SLICE - passes, 100);
      expect(step.value).to.deep.equal(plan(rows, before, SETTINGS));
    });
  }
});
