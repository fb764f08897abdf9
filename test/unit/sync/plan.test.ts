import { expect } from 'chai';
import * as fc from 'fast-check';
import type { Organization } from '../../../src/auth0/organization.ts';
import type { Institution } from '../../../src/institutions/institution.ts';
import { countChanges, type Plan } from '../../../src/sync/changes.ts';
import { ownership } from '../../../src/sync/ownership.ts';
import { plan } from '../../../src/sync/plan.ts';
import { runs, scenarios } from './arbitraries.ts';

const SETTINGS = { adopt: true, fields: ['web'] };

function institution(id: string, name = `Name ${id}`, fields = {}): Institution {
  return { id, name, fields };
}

function organization(
  id: string,
  name: string,
  metadata: Record<string, string> = { institutionId: name },
  displayName: string | undefined = `Name ${name}`,
): Organization {
  return { id, name, displayName, metadata };
}

function planFor(
  institutions: readonly Institution[],
  organizations: readonly Organization[],
  settings = SETTINGS,
  skipped: readonly string[] = [],
): Plan {
  return plan(
    { institutions, skipped: skipped.map((id) => ({ id, why: 'no name' })) },
    byId(organizations),
    settings,
  );
}

function byId(organizations: readonly Organization[]): Map<string, Organization> {
  return new Map(organizations.map((each) => [each.id, each]));
}

function lines(result: Plan): string[] {
  return [
    ...result.renames.map(({ organization: { id }, set }) => `rename ${id} to ${set.name}`),
    ...result.creations.map((each) => `create ${each.institution.id}`),
    ...result.updates.map(
      ({ organization: { id }, set, adopts }) =>
        `${adopts ? 'adopt' : 'update'} ${id} ${JSON.stringify(set)}`,
    ),
    ...result.removals.map(({ organization: { id } }) => `remove ${id}`),
    ...result.conflicts.map(({ institutionId }) => `conflict ${institutionId}`),
  ];
}

describe('plan', () => {
  const table: [string, Parameters<typeof planFor>, string[]][] = [
    ['equal: nothing', [[institution('a')], [organization('org_1', 'a')]], []],
    ['a new institution is created', [[institution('a')], []], ['create a']],
    ['a gone institution is removed', [[], [organization('org_1', 'a')]], ['remove org_1']],
    [
      'a changed name is updated, and nothing else sent',
      [[institution('a', 'New')], [organization('org_1', 'a')]],
      ['update org_1 {"displayName":"New"}'],
    ],
    [
      'a chosen field is added and other keys are kept',
      [
        [institution('a', 'Name a', { web: 'https://a' })],
        [organization('org_1', 'a', { institutionId: 'a', theirs: '1' })],
      ],
      ['update org_1 {"metadata":{"institutionId":"a","theirs":"1","web":"https://a"}}'],
    ],
    [
      'a chosen field that THE no longer has goes',
      [[institution('a')], [organization('org_1', 'a', { web: 'w', institutionId: 'a' })]],
      ['update org_1 {"metadata":{"institutionId":"a"}}'],
    ],
    [
      'a field that is not chosen is left as it is',
      [
        [institution('a')],
        [organization('org_1', 'a', { web: 'w', institutionId: 'a' })],
        { adopt: true, fields: [] },
      ],
      [],
    ],
    [
      'an unmarked organization of another name is left alone',
      [[], [organization('org_1', 'people', {})]],
      [],
    ],
    [
      'an unmarked organization of the same name is adopted',
      [[institution('a')], [organization('org_1', 'a', { theirs: '1' })]],
      ['adopt org_1 {"metadata":{"theirs":"1","institutionId":"a"}}'],
    ],
    [
      'an empty mark is no mark',
      [[institution('a')], [organization('org_1', 'a', { institutionId: '' })]],
      ['adopt org_1 {"metadata":{"institutionId":"a"}}'],
    ],
    [
      'without adopt it is a conflict',
      [[institution('a')], [organization('org_1', 'a', {})], { adopt: false, fields: [] }],
      ['conflict a'],
    ],
    [
      'a name changed by hand is put back',
      [[institution('a')], [organization('org_1', 'zzz', { institutionId: 'a' }, 'Name a')]],
      ['rename org_1 to a'],
    ],
    [
      'an organization renamed by hand is removed with its institution',
      [[], [organization('org_1', 'zzz', { institutionId: 'a' })]],
      ['remove org_1'],
    ],
    [
      'of two that carry a mark the one with the name is managed, the other left alone',
      [
        [institution('a', 'New')],
        [
          organization('org_1', 'zzz', { institutionId: 'a' }),
          organization('org_2', 'a', { institutionId: 'a' }),
        ],
      ],
      ['update org_2 {"displayName":"New"}'],
    ],
    [
      'of two that carry the mark of a gone institution none is removed',
      [
        [],
        [
          organization('org_1', 'zzz', { institutionId: 'a' }),
          organization('org_2', 'a', { institutionId: 'a' }),
        ],
      ],
      ['conflict a'],
    ],
    [
      'a mark that two carry and none is named after proves nothing',
      [
        [],
        [
          organization('org_1', 'yyy', { institutionId: 'a' }),
          organization('org_2', 'zzz', { institutionId: 'a' }),
        ],
      ],
      [],
    ],
    [
      'a third with the name settles it, whatever the order',
      [
        [institution('a', 'New')],
        [
          organization('org_1', 'yyy', { institutionId: 'a' }),
          organization('org_2', 'zzz', { institutionId: 'a' }),
          organization('org_3', 'a', { institutionId: 'a' }),
        ],
      ],
      ['update org_3 {"displayName":"New"}'],
    ],
    [
      'the organization of a skipped row is kept',
      [[], [organization('org_1', 'a')], SETTINGS, ['a']],
      [],
    ],
    [
      'the organization of a skipped row is kept also when its iid has another case or white space',
      [
        [],
        [organization('org_1', 'a'), organization('org_2', 'b'), organization('org_3', 'c')],
        SETTINGS,
        ['A', ' b\u00a0', 'x'],
      ],
      ['remove org_3'],
    ],
    [
      'a name held by a renamed organization is free after its rename',
      [
        [institution('a'), institution('b')],
        [organization('org_1', 'a', { institutionId: 'b' }, 'Name b')],
      ],
      ['rename org_1 to b', 'create a'],
    ],
    [
      'renames follow the chain of names',
      [
        [institution('a'), institution('b')],
        [
          organization('org_1', 'b', { institutionId: 'a' }, 'Name a'),
          organization('org_2', 'c', { institutionId: 'b' }, 'Name b'),
        ],
      ],
      ['rename org_1 to a', 'rename org_2 to b'],
    ],
    [
      'the chain is found from its other end, too',
      [
        [institution('b'), institution('a')],
        [
          organization('org_2', 'c', { institutionId: 'b' }, 'Name b'),
          organization('org_1', 'b', { institutionId: 'a' }, 'Name a'),
        ],
      ],
      ['rename org_1 to a', 'rename org_2 to b'],
    ],
    [
      'renames in a circle are conflicts',
      [
        [institution('a'), institution('b')],
        [
          organization('org_1', 'b', { institutionId: 'a' }),
          organization('org_2', 'a', { institutionId: 'b' }),
        ],
      ],
      ['conflict b', 'conflict a'],
    ],
    [
      'a name held by a stranger is a conflict, and the stranger left alone',
      [
        [institution('a')],
        [organization('org_1', 'zzz', { institutionId: 'a' }), organization('org_2', 'a', {})],
      ],
      ['conflict a'],
    ],
    [
      'metadata keys such as __proto__ are data',
      [[institution('a')], [organization('org_1', 'a', { ['__proto__']: 'x' })]],
      ['adopt org_1 {"metadata":{"__proto__":"x","institutionId":"a"}}'],
    ],
  ];
  for (const [title, args, expected] of table) {
    it(title, () => expect(lines(planFor(...args))).to.deep.equal(expected));
  }

  it('says of each change whether it takes an organization over, or waits for a name', () => {
    const waiting = planFor(
      [institution('a'), institution('b'), institution('c'), institution('d', 'New')],
      [
        organization('org_1', 'a', { institutionId: 'b' }, 'Name b'),
        organization('org_2', 'd'),
        organization('org_3', 'zzz', {}),
      ],
    );
    expect(waiting.renames.map(({ adopts }) => adopts)).to.deep.equal([false]);
    expect(waiting.updates.map(({ adopts }) => adopts)).to.deep.equal([false]);
    expect(waiting.creations.map((each) => [each.institution.id, each.awaitsRename])).to.deep.equal(
      [
        ['a', true],
        ['c', false],
      ],
    );
  });

  it('says of each conflict what a person can do', () => {
    const strict = { adopt: false, fields: [] };
    const messages: readonly (readonly [RegExp, Plan])[] = [
      [
        /not managed has the name.*Set organizations\.adopt to true/,
        planFor([institution('a')], [organization('org_1', 'a', {})], strict),
      ],
      [
        /marked for another institution has the name.*Correct its metadata\.institutionId/,
        planFor(
          [institution('a'), institution('b')],
          [organization('org_1', 'a', { institutionId: 'b' }), organization('org_2', 'b')],
        ),
      ],
      [
        /is gone, but several organizations carry its metadata\.institutionId, so none is removed/,
        planFor(
          [],
          [organization('org_1', 'a'), organization('org_2', 'zzz', { institutionId: 'a' })],
        ),
      ],
      [
        /is held by another organization.*Rename the other one/,
        planFor(
          [institution('a')],
          [organization('org_1', 'zzz', { institutionId: 'a' }), organization('org_2', 'a', {})],
        ),
      ],
    ];
    for (const [words, { conflicts }] of messages) {
      expect(conflicts).to.have.length(1);
      expect(conflicts[0]?.why).to.match(words);
    }
  });

  it('counts the organizations', () => {
    const result = planFor(
      [institution('a'), institution('b', 'New')],
      [
        organization('org_1', 'a'),
        organization('org_2', 'b'),
        organization('org_3', 'c'),
        organization('org_4', 'people', {}),
      ],
    );
    expect(result.organizations).to.deep.equal({ total: 4, managed: 3, inSync: 1, unmanaged: 1 });
  });
});

describe('laws of the plan', () => {
  it('applying it makes the next plan empty', () => {
    fc.assert(
      fc.property(scenarios, ({ listing, seed, settings }) => {
        const before = byId(seed);
        const first = plan(listing, before, settings);
        const after = applyPurely(first, before);
        const next = plan(listing, after, settings);
        // A removal may free a name that others waited for: then one more plan is due.
        const last =
          first.removals.length > 0 ? plan(listing, applyPurely(next, after), settings) : next;
        expect(countChanges(last)).to.equal(0);
      }),
      runs(3000),
    );
  });

  it('leaves each institution with its organization, or with a conflict', () => {
    fc.assert(
      fc.property(scenarios, ({ listing, seed, settings }) => {
        const first = plan(listing, byId(seed), settings);
        const { managed } = ownership(applyPurely(first, byId(seed)).values());
        const conflicts = new Set(first.conflicts.map((each) => each.institutionId));
        for (const { id, name } of listing.institutions) {
          if (conflicts.has(id)) continue;
          expect(managed.get(id)).to.include({ name: id, displayName: name });
        }
      }),
      runs(2000),
    );
  });

  it('is the same whatever the order of rows', () => {
    const shuffled = scenarios.chain(({ listing, seed, settings }) =>
      fc.record({
        listing: fc.constant(listing),
        seed: fc.constant(seed),
        settings: fc.constant(settings),
        rows: fc.shuffledSubarray([...listing.institutions], {
          minLength: listing.institutions.length,
        }),
        others: fc.shuffledSubarray([...seed], { minLength: seed.length }),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ listing, seed, settings, rows, others }) => {
        const one = plan(listing, byId(seed), settings);
        const other = plan({ ...listing, institutions: rows }, byId(others), settings);
        expect(lines(other).toSorted()).to.deep.equal(lines(one).toSorted());
      }),
      runs(2000),
    );
  });

  it('never changes or removes what is not managed, save an adoption of the same name', () => {
    fc.assert(
      fc.property(scenarios, ({ listing, seed, settings }) => {
        const result = plan(listing, byId(seed), settings);
        const mine = new Set([...ownership(seed).managed.values()].map(({ id }) => id));
        for (const {
          organization: { id },
        } of [...result.renames, ...result.removals]) {
          expect(mine.has(id)).to.equal(true);
        }
        for (const {
          organization: each,
          institution: { id },
          adopts,
        } of result.updates) {
          if (mine.has(each.id)) continue;
          expect({ adopts, name: each.name, adopt: settings.adopt }).to.deep.equal({
            adopts: true,
            name: id,
            adopt: true,
          });
        }
      }),
      runs(2000),
    );
  });

  it('never removes the organization of a listed or skipped institution', () => {
    fc.assert(
      fc.property(scenarios, ({ listing, seed, settings }) => {
        const listed = new Set([...listing.institutions, ...listing.skipped].map(({ id }) => id));
        for (const { institutionId } of plan(listing, byId(seed), settings).removals) {
          expect(listed.has(institutionId)).to.equal(false);
        }
      }),
      runs(2000),
    );
  });

  it('keeps the metadata keys of others', () => {
    fc.assert(
      fc.property(scenarios, ({ listing, seed, settings }) => {
        const { renames, updates } = plan(listing, byId(seed), settings);
        for (const { organization: each, set } of [...renames, ...updates]) {
          if (set.metadata === undefined) continue;
          for (const [key, value] of Object.entries(each.metadata)) {
            if (key === 'institutionId' || settings.fields.includes(key)) continue;
            expect(Object.entries(set.metadata)).to.deep.include([key, value]);
          }
        }
      }),
      runs(2000),
    );
  });
});

/** What Auth0 would make of the plan; throws where Auth0 would answer 409. */
function applyPurely(
  result: Plan,
  before: ReadonlyMap<string, Organization>,
): Map<string, Organization> {
  const after = new Map(before);
  const holder = (name: string) => [...after.values()].find((each) => each.name === name);
  for (const { organization, set } of [...result.renames, ...result.updates]) {
    const { id } = organization;
    if (set.name !== undefined) expect(holder(set.name)).to.equal(undefined);
    after.set(id, { ...organization, ...set });
  }
  for (const {
    institution: { id, name, fields },
  } of result.creations) {
    expect(holder(id)).to.equal(undefined);
    const metadata = { ...fields, institutionId: id };
    after.set(`org_new_${id}`, { id: `org_new_${id}`, name: id, displayName: name, metadata });
  }
  for (const {
    organization: { id },
  } of result.removals)
    after.delete(id);
  return after;
}
