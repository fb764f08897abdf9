import { isDeepStrictEqual } from 'node:util';
import { expect } from 'chai';
import * as fc from 'fast-check';
import type { OrganizationChanges } from '../../../src/auth0/organization.ts';
import type { Removal, Update } from '../../../src/sync/changes.ts';
import { planHash } from '../../../src/sync/plan-hash.ts';
import { runs } from './arbitraries.ts';
import { institution, organization } from './rows.ts';

type Hashed = Parameters<typeof planHash>[0];

function update(organizationId: string, set: OrganizationChanges): Update {
  return {
    kind: 'update',
    organization: organization(organizationId, 'i-1'),
    institution: institution('i-1'),
    set,
    adopts: false,
  };
}

function removal(organizationId: string, institutionId: string): Removal {
  return { kind: 'remove', organization: organization(organizationId, 'i-1'), institutionId };
}

function hash(changes: Partial<Hashed>): string {
  return planHash({ renames: [], updates: [], removals: [], ...changes });
}

describe('planHash', () => {
  it('looks like a digest', () => {
    expect(hash({})).to.match(/^sha256:[0-9a-f]{64}$/);
  });

  it('is a value that other versions find again', () => {
    const changes = {
      renames: [update('org_1', { name: 'i-1' })],
      updates: [update('org_2', { displayName: 'New', metadata: { institutionId: 'i-2' } })],
      removals: [removal('org_3', 'i-3')],
    };
    expect(hash(changes)).to.equal(
      'sha256:7763dbb412fca80fe643acf49bb423c061ffc321a302e91d1841977a918b8dac',
    );
  });

  it('does not depend on the order of metadata', () => {
    const keys = ['b', 'institutionId', 'a', 'zip', 'c'];
    const inOrder = (order: readonly string[]) =>
      hash({
        updates: [
          update('org_1', { metadata: Object.fromEntries(order.map((key) => [key, 'x'])) }),
        ],
      });
    expect(inOrder(keys)).to.equal(
      'sha256:346fe46f32679d4a7fb9e1e2f5f924cbb3731be708e2a10a6d4a0388d9662272',
    );
    for (const order of [
      keys.toReversed(),
      keys.toSorted(),
      [...keys.slice(2), 'b', 'institutionId'],
    ]) {
      expect(inOrder(order)).to.equal(inOrder(keys));
    }
  });

  const base = update('org_1', { displayName: 'A', metadata: { institutionId: 'i-1', web: 'w' } });
  const different: [string, Partial<Hashed>][] = [
    [
      'another organization',
      { updates: [{ ...base, organization: organization('org_2', 'i-1') }] },
    ],
    ['another display name', { updates: [{ ...base, set: { ...base.set, displayName: 'B' } }] }],
    ['a name', { updates: [{ ...base, set: { ...base.set, name: 'i-1' } }] }],
    [
      'another value in metadata',
      {
        updates: [{ ...base, set: { ...base.set, metadata: { institutionId: 'i-1', web: 'x' } } }],
      },
    ],
    [
      'one key less in metadata',
      { updates: [{ ...base, set: { ...base.set, metadata: { institutionId: 'i-1' } } }] },
    ],
    ['no metadata', { updates: [{ ...base, set: { displayName: 'A' } }] }],
    ['one more update', { updates: [base, update('org_2', { displayName: 'A' })] }],
    ['one removal', { updates: [base], removals: [removal('org_2', 'i-2')] }],
    ['a removal instead', { removals: [removal('org_1', 'i-1')] }],
    ['nothing', {}],
  ];
  for (const [title, changes] of different) {
    it(`differs for ${title}`, () => {
      expect(hash(changes)).to.not.equal(hash({ updates: [base] }));
    });
  }

  it('differs for the removal of an organization that was made anew, or has another mark', () => {
    const before = hash({ removals: [removal('org_1', 'i-1')] });
    expect(hash({ removals: [removal('org_2', 'i-1')] })).to.not.equal(before);
    expect(hash({ removals: [removal('org_1', 'i-2')] })).to.not.equal(before);
  });

  const words = fc.constantFrom('a', 'b', '', '"', ',"', '\n', 'null', '__proto__', 'é', '\ud800');
  const sets: fc.Arbitrary<OrganizationChanges> = fc.record(
    {
      name: words,
      displayName: words,
      metadata: fc.dictionary(words, words, { maxKeys: 3 }),
    },
    { requiredKeys: [] },
  );
  const changes: fc.Arbitrary<Hashed> = fc.record({
    renames: fc.array(
      fc.tuple(words, sets).map((args) => update(...args)),
      { maxLength: 2 },
    ),
    updates: fc.array(
      fc.tuple(words, sets).map((args) => update(...args)),
      { maxLength: 2 },
    ),
    removals: fc.array(
      fc.tuple(words, words).map((args) => removal(...args)),
      { maxLength: 2 },
    ),
  });

  it('is equal for the same targets and contents, and for no others', () => {
    fc.assert(
      fc.property(changes, changes, (one, other) => {
        expect(planHash(one) === planHash(other)).to.equal(sameChanges(one, other));
      }),
      runs(3000),
    );
  });

  it('does not depend on the order of changes or of metadata keys', () => {
    const shuffled = changes.chain((one) =>
      fc.record({
        one: fc.constant(one),
        renames: fc.shuffledSubarray([...one.renames], { minLength: one.renames.length }),
        updates: fc.shuffledSubarray([...one.updates], { minLength: one.updates.length }),
        removals: fc.shuffledSubarray([...one.removals], { minLength: one.removals.length }),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ one, renames, updates, removals }) => {
        const other = {
          renames: renames.map(withKeysReversed),
          updates: updates.map(withKeysReversed),
          removals,
        };
        expect(planHash(other)).to.equal(planHash(one));
      }),
      runs(1000),
    );
  });

  it('depends on nothing else: not on what the organization was, nor on the institution', () => {
    const elsewhere: Update = {
      ...base,
      organization: organization('org_1', 'other', { theirs: '1' }, 'Other'),
      institution: institution('other', 'Other'),
      adopts: true,
    };
    expect(hash({ updates: [elsewhere] })).to.equal(hash({ updates: [base] }));
  });
});

/** By comparing structures, not texts. */
function sameChanges(one: Hashed, other: Hashed): boolean {
  const rest = targets(other);
  for (const target of targets(one)) {
    const at = rest.findIndex((each) => isDeepStrictEqual(each, target));
    if (at < 0) return false;
    rest.splice(at, 1);
  }
  return rest.length === 0;
}

function targets({ renames, updates, removals }: Hashed): unknown[] {
  return [
    ...[...renames, ...updates].map(({ organization: { id }, set }) => ({
      id,
      name: set.name,
      displayName: set.displayName,
      metadata: set.metadata && new Map(Object.entries(set.metadata)),
    })),
    ...removals.map(({ organization: { id }, institutionId }) => ({ id, institutionId })),
  ];
}

function withKeysReversed(each: Update): Update {
  const { metadata, ...set } = each.set;
  if (metadata === undefined) return each;
  const reversed = Object.fromEntries(Object.entries(metadata).toReversed());
  return { ...each, set: { ...set, metadata: reversed } };
}
