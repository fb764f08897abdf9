import { expect } from 'chai';
import type { Organization } from '../../../src/auth0/organization.ts';
import { explanation, type Explanation } from '../../../src/cli/explain/explanation.ts';
import { explanationText } from '../../../src/cli/explain/explanation-text.ts';
import type { Listing } from '../../../src/institutions/institution.ts';
import { institution, listing, organization, planReport, type PlanSettings } from './plan-cases.ts';

function explain(
  id: string,
  the: Listing,
  organizations: readonly Organization[],
  settings: PlanSettings = {},
): Explanation {
  const about = explanation(id, the, organizations, planReport(the, organizations, settings));
  if (about === undefined) throw new Error('there is no plan');
  return about;
}

const ENFORCE = { mode: 'Enforce', suspend: false } as const;
const plain = (_colour: string, text: string): string => text;

const NO_LIMITS = {
  deletions: { kind: 'percent', value: 100 },
  updates: { kind: 'percent', value: 100 },
} as const;

describe('the explanation of an institution', () => {
  const a = institution('a');
  const unmarked = organization('a', { metadata: {} });
  const renamed = organization('b', { displayName: 'Name of a', metadata: { institutionId: 'a' } });
  const gone = [organization('a'), organization('b'), organization('c')];
  const cases: readonly [
    what: string,
    Listing,
    readonly Organization[],
    PlanSettings,
    action: Explanation['next']['action'],
    why: RegExp,
  ][] = [
    ['is new', listing([a]), [], {}, 'create', /THE lists it, and no organization has its name/],
    ['is equal', listing([a]), [organization('a')], {}, 'nothing', /is as THE lists it/],
    [
      'differs',
      listing([a]),
      [organization('a', { displayName: 'Old' })],
      {},
      'update',
      /differs from what THE lists/,
    ],
    ['was renamed by hand', listing([a]), [renamed], {}, 'update', /differs/],
    ['can be adopted', listing([a]), [unmarked], {}, 'adopt', /without the mark/],
    ['may not be adopted', listing([a]), [unmarked], { adopt: false }, 'conflict', /not managed/],
    ['is gone', listing([]), gone, { limits: NO_LIMITS }, 'remove', /does not list it any more/],
    ['is gone, and nothing is pruned', listing([]), gone, { prune: false }, 'nothing', /prune is/],
    ['is held', listing([]), gone, {}, 'remove', /does not list it any more/],
    ['is unknown', listing([]), [], {}, 'nothing', /does not list it, and no organization/],
    ["is a person's own", listing([]), [unmarked], {}, 'nothing', /is not managed/],
    [
      'is skipped, with an organization',
      listing([], [{ id: 'a', why: 'has no name' }]),
      [organization('a')],
      {},
      'nothing',
      /skipped; the organization is kept/,
    ],
    [
      'is skipped',
      listing([], [{ id: 'a', why: 'has no name' }]),
      [],
      {},
      'nothing',
      /cannot become an organization/,
    ],
  ];
  for (const [what, the, organizations, settings, action, why] of cases) {
    it(`says what becomes of one that ${what}`, () => {
      const { next } = explain('a', the, organizations, settings);
      expect(next.action).to.equal(action);
      expect(next.why).to.match(why);
      expect(next.held).to.equal(what === 'is held');
    });
  }

  it('tells both sides and the change, field by field', () => {
    const the = listing([institution('a', 'New', { country: 'Wales' })]);
    const own = organization('a', { displayName: 'Old', metadata: { institutionId: 'a', x: 'y' } });
    const lines = [...explanationText(explain('a', the, [own]), ENFORCE, plain)];
    expect(lines.join('\n')).to.equal(`a
THE says
  "New"
  country: "Wales"
Auth0 has
  org_a  managed
    name: "a"
    display_name: "Old"
    metadata.institutionId: "a"
    metadata.x: "y"
The next sync would
  update the organization
    display_name: "Old" → "New"
    metadata.country: (none) → "Wales"
  Why: The organization differs from what THE lists.`);
  });

  it('tells what the last sync failed to do for it, and for no other', () => {
    const failure = { operation: 'create', message: 'The name is reserved' };
    const failures = [
      { ...failure, institutionId: 'a', statusCode: 400 },
      { ...failure, institutionId: 'b', statusCode: 400 },
      { institutionId: 'a', operation: 'connect', message: 'No answer' },
    ];
    const the = listing([a]);
    const about = explanation('a', the, [], planReport(the, []), failures);
    if (about === undefined) throw new Error('there is no plan');
    expect([...explanationText(about, ENFORCE, plain)].join('\n')).to.include(`mark
The last sync failed to
  create: 400 The name is reserved
  connect: No answer
The next sync would
`);
  });

  for (const [spec, end] of [
    [{ mode: 'Plan', suspend: false }, ['  Its mode is Plan: nothing is written.']],
    [{ mode: 'Enforce', suspend: true }, ['  It is suspended: no sync is started.']],
    [ENFORCE, []],
  ] as const) {
    it(`says whether anything will be done: ${JSON.stringify(spec)}`, () => {
      const lines = [...explanationText(explain('a', listing([a]), []), spec, plain)];
      const why = lines.findIndex((line) => line.startsWith('  Why: '));
      expect(lines.slice(why + 1)).to.deep.equal(end);
    });
  }

  it('is none without a plan', () => {
    const the = listing([a]);
    const report = { ...planReport(the, []), decision: undefined };
    expect(explanation('a', the, [], report)).to.equal(undefined);
  });
});
