import * as fc from 'fast-check';
import type { Organization } from '../../../src/auth0/organization.ts';
import type { Institution, Listing } from '../../../src/institutions/institution.ts';

/** Few ids, so that institutions and organizations meet, collide and swap names often. */
const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g');
const names = fc.constantFrom('Alpha', 'Beta', 'Gamma');
const text = fc.constantFrom('x', 'y', 'z');

const institution: fc.Arbitrary<Institution> = fc.record({
  id: ids,
  name: names,
  fields: fc.dictionary(fc.constantFrom('web', 'country'), text, { maxKeys: 2 }),
});

/** A listing with unique ids, some of them skipped. */
const listings: fc.Arbitrary<Listing> = fc
  .record({
    institutions: fc.uniqueArray(institution, { selector: ({ id }) => id, maxLength: 7 }),
    skipped: fc.uniqueArray(ids, { maxLength: 2 }),
  })
  .map(({ institutions, skipped }) => ({
    institutions,
    skipped: skipped
      .filter((id) => !institutions.some((each) => each.id === id))
      .map((id) => ({ id, why: 'no name' })),
    digest: 'sha256:0',
  }));

/** A tenant as people may leave it: marks right, wrong, doubled or missing; foreign keys. */
const tenants: fc.Arbitrary<readonly Organization[]> = fc
  .uniqueArray(
    fc.record({
      name: fc.oneof(ids, fc.constantFrom('people-made', 'other')),
      displayName: fc.option(names, { nil: undefined }),
      mark: fc.option(fc.oneof(ids, fc.constant('')), { nil: undefined }),
      foreign: fc.dictionary(fc.constantFrom('theirs', '__proto__', 'web'), text, { maxKeys: 3 }),
    }),
    { selector: ({ name }) => name, maxLength: 9 },
  )
  .map((rows) =>
    rows.map(({ name, displayName, mark, foreign }, index) => ({
      id: `org_${index}`,
      name,
      displayName,
      metadata: {
        ...foreign,
        ...(mark === undefined ? {} : { institutionId: mark }),
      },
    })),
  );

/** A listing that holds the chosen fields only, a tenant, and the plan's settings. */
export const scenarios = fc
  .record({
    listing: listings,
    seed: tenants,
    settings: fc.record({ adopt: fc.boolean(), fields: fc.subarray(['web', 'country']) }),
  })
  .map(({ listing, seed, settings }) => ({
    listing: { ...listing, institutions: listing.institutions.map(choose(settings.fields)) },
    seed,
    settings,
  }));

/** The same, with more listings that come one after the other. */
export const histories = scenarios.chain((scenario) =>
  fc.record({
    scenario: fc.constant(scenario),
    later: fc.array(
      listings.map((listing) => ({
        ...listing,
        institutions: listing.institutions.map(choose(scenario.settings.fields)),
      })),
      { minLength: 1, maxLength: 4 },
    ),
  }),
);

function choose(fields: readonly string[]): (institution: Institution) => Institution {
  return (each) => ({
    ...each,
    fields: Object.fromEntries(Object.entries(each.fields).filter(([key]) => fields.includes(key))),
  });
}

/** Parameters of a property: the same cases each time, unless FC_SEED asks for others. */
export function runs(numRuns: number): fc.Parameters<unknown> {
  return { numRuns, seed: Number(process.env['FC_SEED'] ?? 1) };
}
