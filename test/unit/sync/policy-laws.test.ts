import { expect } from 'chai';
import * as fc from 'fast-check';
import { NO_CHANGES, countChanges, type Change, type Changes } from '../../../src/sync/changes.ts';
import { plan } from '../../../src/sync/plan.ts';
import { countByKind, decide, exceeds } from '../../../src/sync/policy.ts';
import type { SyncSettings } from '../../../src/sync/settings.ts';
import { runs, scenarios } from './arbitraries.ts';
import { byId } from './rows.ts';

describe('laws of the policy', () => {
  const limits = fc.record({
    kind: fc.constantFrom('count' as const, 'percent' as const),
    value: fc.constantFrom(0, 1, 2, 3, 30, 50, 100),
  });
  const policies: fc.Arbitrary<Pick<SyncSettings, 'mode' | 'prune' | 'limits'>> = fc.record({
    mode: fc.constant('Enforce' as const),
    prune: fc.boolean(),
    limits: fc.record({ deletions: limits, updates: limits }),
  });
  const cases = fc.record({ scenario: scenarios, policy: policies });

  it('each change is allowed, held, dropped by prune, or waits for a held rename', () => {
    fc.assert(
      fc.property(cases, ({ scenario: { listing, seed, settings }, policy }) => {
        const planned = plan(listing, byId(seed), settings);
        const { allowed, held } = decide(planned, policy, undefined);
        const dropped = policy.prune ? [] : planned.removals;
        const waiting = planned.creations.filter(
          (each) => each.awaitsRename && (held?.updates ?? 0) > 0,
        );
        const parts = [
          ...all(allowed),
          ...all({ ...NO_CHANGES, ...held?.changes }),
          ...dropped,
          ...waiting,
        ];
        expect(parts).to.have.length(countChanges(planned));
      }),
      runs(1000),
    );
  });

  it('no kind is allowed in part, nor beyond its limit', () => {
    fc.assert(
      fc.property(cases, ({ scenario: { listing, seed, settings }, policy }) => {
        const planned = plan(listing, byId(seed), settings);
        const { managed } = planned.organizations;
        const wanted = countByKind(planned);
        const allowed = countByKind(decide(planned, policy, undefined).allowed);
        expect(allowed.updates).to.be.oneOf([0, wanted.updates]);
        expect(allowed.deletions).to.be.oneOf([0, wanted.deletions]);
        expect(exceeds(allowed.updates, policy.limits.updates, managed)).to.equal(false);
        expect(exceeds(allowed.deletions, policy.limits.deletions, managed)).to.equal(false);
      }),
      runs(1000),
    );
  });

  it('the hash of what is held releases exactly that', () => {
    fc.assert(
      fc.property(cases, ({ scenario: { listing, seed, settings }, policy }) => {
        const planned = plan(listing, byId(seed), settings);
        const { held } = decide(planned, policy, undefined);
        fc.pre(held !== undefined);
        const released = decide(planned, policy, held.planHash);
        const wanted = policy.prune ? planned : { ...planned, removals: [] };
        expect(all(released.allowed)).to.deep.equal(all(wanted));
        expect(released).to.include({ held: undefined, approved: held.planHash });
      }),
      runs(500),
    );
  });

  it('mode Plan says what Enforce does', () => {
    fc.assert(
      fc.property(cases, ({ scenario: { listing, seed, settings }, policy }) => {
        const planned = plan(listing, byId(seed), settings);
        const enforced = decide(planned, policy, undefined);
        const decision = decide(planned, { ...policy, mode: 'Plan' }, undefined);
        expect(decision).to.deep.equal({
          allowed: NO_CHANGES,
          held: enforced.held,
          approved: undefined,
          planned: enforced.allowed,
        });
      }),
      runs(500),
    );
  });
});

function all({ renames, creations, updates, removals }: Changes): readonly Change[] {
  return [...renames, ...creations, ...updates, ...removals];
}
