import { expect } from 'chai';
import * as fc from 'fast-check';
import { NO_CHANGES, countChanges } from '../../../src/sync/changes.ts';
import { plan } from '../../../src/sync/plan.ts';
import { countByKind, decide, exceeds } from '../../../src/sync/policy.ts';
import type { Limit } from '../../../src/sync/settings.ts';
import { runs } from './arbitraries.ts';
import { byId, ids, institution, listing, organization, organizations } from './rows.ts';

const PLAN_SETTINGS = { adopt: true, fields: [] };
const count = (value: number): Limit => ({ kind: 'count', value });
const percent = (value: number): Limit => ({ kind: 'percent', value });

type Settings = Parameters<typeof decide>[1];

function enforce(deletions: Limit, updates: Limit, others: Partial<Settings> = {}): Settings {
  return { mode: 'Enforce', prune: true, limits: { deletions, updates }, ...others };
}

/** Of `managed` organizations, some need an update and some lost their institution. */
function planOf(managed: number, changed: { readonly updates?: number; readonly gone?: number }) {
  const { updates = 0, gone = 0 } = changed;
  const names = ids(managed);
  const rows = names
    .slice(gone)
    .map((id, index) => institution(id, index < updates ? 'New' : `Name ${id}`));
  return plan(listing(rows), byId(organizations(names)), PLAN_SETTINGS);
}

describe('exceeds', () => {
  const table: [limit: Limit, managed: number, most: number][] = [
    [count(0), 100, 0],
    [count(5), 0, 5],
    [count(5), 1_000, 5],
    [percent(0), 1_000, 0],
    [percent(5), 0, 0],
    [percent(5), 1, 1],
    [percent(5), 20, 1],
    [percent(5), 21, 2],
    [percent(5), 100, 5],
    [percent(5), 101, 6],
    [percent(1), 13_227, 133],
    // In binary fractions 100 * 0.29 is a little less than 29, and 100 * 0.07 a little more than 7.
    [percent(29), 100, 29],
    [percent(7), 100, 7],
    [percent(99), 100, 99],
  ];
  for (const [limit, managed, most] of table) {
    const sign = limit.kind === 'percent' ? '%' : '';
    it(`${limit.value}${sign} of ${managed} allows ${most}`, () => {
      expect(exceeds(most, limit, managed)).to.equal(false);
      expect(exceeds(most + 1, limit, managed)).to.equal(true);
    });
  }

  it('100 % is no limit, not even without a managed organization', () => {
    expect(exceeds(1, percent(100), 0)).to.equal(false);
    expect(exceeds(1_000, percent(100), 10)).to.equal(false);
  });

  it('rounds every percentage up', () => {
    fc.assert(
      fc.property(fc.nat(200_000), fc.nat(99), fc.nat(200_000), (changes, value, managed) => {
        // More than p percent, rounded up, is: one less is p percent already.
        const expected = changes > 0 && (changes - 1) * 100 >= value * managed;
        expect(exceeds(changes, percent(value), managed)).to.equal(expected);
      }),
      runs(2000),
    );
  });
});

describe('decide', () => {
  it('allows what is within the limits', () => {
    const planned = planOf(100, { updates: 10, gone: 5 });
    const decision = decide(planned, enforce(percent(5), percent(10)), undefined);
    expect(countByKind(decision.allowed)).to.include({ updates: 10, deletions: 5, total: 15 });
    expect(decision).to.include({ held: undefined, approved: undefined, planned: undefined });
  });

  it('has nothing held where there is nothing to approve', () => {
    const decision = decide(planOf(100, { gone: 5 }), enforce(percent(5), percent(10)), 'sha256:x');
    expect(decision).to.include({ held: undefined, approved: undefined });
    expect(countByKind(decision.allowed)).to.include({ deletions: 5 });
  });

  it('holds all removals when there is one too many, and nothing else', () => {
    const planned = planOf(100, { updates: 10, gone: 6 });
    const decision = decide(planned, enforce(percent(5), percent(10)), undefined);
    expect(countByKind(decision.allowed)).to.include({ updates: 10, deletions: 0 });
    expect(decision.held).to.include({ deletions: 6, updates: 0 });
    expect(decision.held?.changes.removals).to.deep.equal(planned.removals);
  });

  it('holds all updates when there is one too many, and nothing else', () => {
    const planned = planOf(100, { updates: 11, gone: 5 });
    const decision = decide(planned, enforce(percent(5), percent(10)), undefined);
    expect(countByKind(decision.allowed)).to.include({ updates: 0, deletions: 5 });
    expect(decision.held).to.include({ deletions: 0, updates: 11 });
  });

  it('holds both kinds under one hash', () => {
    const planned = planOf(100, { updates: 11, gone: 6 });
    const both = decide(planned, enforce(percent(5), percent(10)), undefined);
    expect(both.held).to.include({ deletions: 6, updates: 11 });
    expect(countChanges(both.allowed)).to.equal(0);

    const one = decide(planned, enforce(percent(5), percent(100)), undefined);
    expect(one.held?.planHash).to.not.equal(both.held?.planHash);
    expect(
      decide(planned, enforce(percent(5), percent(10)), one.held?.planHash).held,
    ).to.deep.equal(both.held);
  });

  it('counts renames as updates', () => {
    const planned = plan(
      listing(['i-1']),
      byId([organization('org_1', 'by-hand', { institutionId: 'i-1' })]),
      PLAN_SETTINGS,
    );
    const decision = decide(planned, enforce(count(0), count(0)), undefined);
    expect(decision.held).to.include({ deletions: 0, updates: 1 });
    expect(decision.held?.changes.renames).to.deep.equal(planned.renames);
    expect(countChanges(decision.allowed)).to.equal(0);
  });

  it('keeps a creation back while the rename that frees its name is held', () => {
    const planned = plan(
      listing(['i-1', 'i-2', 'i-3']),
      byId([organization('org_1', 'i-1', { institutionId: 'i-2' })]),
      PLAN_SETTINGS,
    );
    expect(countByKind(planned)).to.include({ updates: 1, creations: 2 });
    const held = decide(planned, enforce(count(0), count(0)), undefined);
    expect(held.allowed.creations.map((each) => each.institution.id)).to.deep.equal(['i-3']);
    const released = decide(planned, enforce(count(0), count(0)), held.held?.planHash);
    expect(countByKind(released.allowed)).to.include({ updates: 1, creations: 2 });
  });

  describe('adoption of a tenant without a managed organization', () => {
    const strangers = ids(3).map((id) => organization(`org_${id}`, id, {}));
    const planned = plan(listing(ids(3)), byId(strangers), PLAN_SETTINGS);

    for (const [limit, updates] of [
      [percent(100), 3],
      [percent(99), 0],
      [count(2), 0],
      [count(3), 3],
    ] as const) {
      it(`${limit.value} ${limit.kind} lets ${updates} of 3 through`, () => {
        const { allowed, held } = decide(planned, enforce(percent(5), limit), undefined);
        expect(allowed.updates).to.have.length(updates);
        expect(held?.updates ?? 0).to.equal(3 - updates);
      });
    }
  });

  it('without prune drops removals, be they too many or not', () => {
    for (const gone of [1, 100]) {
      const settings = enforce(percent(5), percent(100), { prune: false });
      const decision = decide(planOf(100, { gone }), settings, undefined);
      expect(countChanges(decision.allowed)).to.equal(0);
      expect(decision.held).to.equal(undefined);
    }
  });

  describe('approval', () => {
    const settings = enforce(percent(5), percent(100));
    const six = planOf(100, { gone: 6 });
    const seven = planOf(100, { gone: 7 });
    const hash = decide(six, settings, undefined).held?.planHash;

    it('that fits releases the held changes', () => {
      const decision = decide(six, settings, hash);
      expect(decision.allowed.removals).to.deep.equal(six.removals);
      expect(decision).to.include({ held: undefined, approved: hash });
    });

    it('that does not fit changes nothing', () => {
      expect(decide(six, settings, 'sha256:0')).to.deep.equal(decide(six, settings, undefined));
    });

    it('fits no more when the plan has changed, and again when it has changed back', () => {
      const later = decide(seven, settings, hash);
      expect(later.held).to.include({ deletions: 7 });
      expect(later.approved).to.equal(undefined);
      expect(decide(six, settings, hash).approved).to.equal(hash);
    });

    it('is not used up while nothing is held', () => {
      expect(decide(planOf(100, { gone: 5 }), settings, hash).approved).to.equal(undefined);
    });
  });

  describe('mode Plan', () => {
    it('allows nothing and says what Enforce would do', () => {
      const planned = planOf(100, { updates: 10, gone: 6 });
      const enforced = decide(planned, enforce(percent(5), percent(10)), undefined);
      const decision = decide(
        planned,
        enforce(percent(5), percent(10), { mode: 'Plan' }),
        undefined,
      );
      expect(decision.allowed).to.equal(NO_CHANGES);
      expect(decision.planned).to.deep.equal(enforced.allowed);
      expect(decision.held).to.deep.equal(enforced.held);
    });

    it('does not use an approval up', () => {
      const planned = planOf(100, { gone: 6 });
      const settings = enforce(percent(5), percent(10), { mode: 'Plan' });
      const hash = decide(planned, settings, undefined).held?.planHash;
      const decision = decide(planned, settings, hash);
      expect(decision).to.include({ held: undefined, approved: undefined, allowed: NO_CHANGES });
      expect(countByKind(decision.planned ?? NO_CHANGES)).to.include({ deletions: 6 });
    });
  });
});
