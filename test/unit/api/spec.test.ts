import { expect } from 'chai';
import * as fc from 'fast-check';
import { describeIssues } from '../../../src/api/institution-sync.ts';
import { InstitutionSyncSpec } from '../../../src/api/spec.ts';
import { ACCEPTED_SPECS } from './accepted-specs.ts';
import { REFUSED_SPECS } from './refused-specs.ts';
import { MINIMAL_SPEC } from './spec-with.ts';

/** The same examples in every run. */
const SEEDED = { seed: 20260102, numRuns: 500 };

describe('InstitutionSyncSpec', () => {
  for (const { title, spec, field } of REFUSED_SPECS) {
    it(`refuses ${title}`, () => {
      const { error } = InstitutionSyncSpec.safeParse(spec);
      expect(error && describeIssues(error, 'spec')).to.include(field);
    });
  }

  for (const { title, spec } of ACCEPTED_SPECS) {
    it(`accepts ${title}, and its own output again`, () => {
      const parsed = InstitutionSyncSpec.parse(spec);
      expect(InstitutionSyncSpec.parse(parsed)).to.deep.equal(parsed);
    });
  }

  it('has a default for everything that does not depend on the tenant', () => {
    expect(InstitutionSyncSpec.parse(MINIMAL_SPEC)).to.deep.equal({
      nap: '30m',
      suspend: false,
      mode: 'Enforce',
      auth0: { ...MINIMAL_SPEC.auth0, requestBudget: 100, connections: [] },
      institutions: {
        endpoint: 'https://api.timeshighereducation.com/refdata/institutions',
        pageSize: 4000,
        minimum: 1,
      },
      organizations: { prune: true, adopt: true, metadata: [] },
      limits: { deletions: '5%', updates: '100%' },
      driftInterval: '1h',
      deletionPolicy: 'Retain',
    });
  });

  it('ignores fields that a newer version may add, at every level', () => {
    const auth0 = { ...MINIMAL_SPEC.auth0, region: 'eu', connections: [{ name: 'a', since: 1 }] };
    const parsed = InstitutionSyncSpec.parse({ auth0, priority: 'high', limits: { creations: 5 } });
    expect(parsed).to.not.have.property('priority');
    expect(parsed.auth0).to.not.have.property('region');
    expect(parsed.auth0.connections).to.deep.equal([{ name: 'a', assignMembershipOnLogin: false }]);
    expect(parsed.limits).to.have.all.keys('deletions', 'updates');
  });

  it('says in words what a limit may be, whatever is wrong with it', () => {
    for (const deletions of ['101%', 'unlimited', '5% of all of them', 2.5, -1, 2 ** 31, true]) {
      const { error } = InstitutionSyncSpec.safeParse({ ...MINIMAL_SPEC, limits: { deletions } });
      expect(error && describeIssues(error)).to.equal(
        'limits.deletions: must be a whole number such as 500, or a percentage from 0% to 100% such as 5%',
      );
    }
  });

  it('says the same thing once', () => {
    const { error } = InstitutionSyncSpec.safeParse({ ...MINIMAL_SPEC, nap: 'soon' });
    expect(error && describeIssues(error, 'spec')).to.equal(
      'spec.nap: must be a duration such as 30m, 1h30m or 90s, from 1s to 8760h',
    );
  });

  it('takes a null anywhere for a field that was left out', () => {
    const path = fc.constantFrom('nap', 'mode', 'institutions', 'organizations', 'limits');
    fc.assert(
      fc.property(fc.uniqueArray(path), (nulls) => {
        const spec = { ...MINIMAL_SPEC, ...Object.fromEntries(nulls.map((key) => [key, null])) };
        expect(InstitutionSyncSpec.parse(spec)).to.deep.equal(
          InstitutionSyncSpec.parse(MINIMAL_SPEC),
        );
      }),
      SEEDED,
    );
  });

  it('refuses whatever is no object, and never breaks', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(InstitutionSyncSpec.safeParse(value).success).to.equal(false);
      }),
      SEEDED,
    );
  });
});
