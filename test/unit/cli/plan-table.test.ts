import { expect } from 'chai';
import { planDocument, type PlanDocument } from '../../../src/cli/plan/plan-document.ts';
import { countsLine, planTable } from '../../../src/cli/plan/plan-table.ts';
import { RESOURCE_WORDING } from '../../../src/cli/wording.ts';
import type { Organization } from '../../../src/auth0/organization.ts';
import type { Listing } from '../../../src/institutions/institution.ts';
import { institution, listing, organization, planReport, type PlanSettings } from './plan-cases.ts';

function documentOf(
  the: Listing,
  organizations: readonly Organization[],
  settings: PlanSettings = {},
): PlanDocument {
  const document = planDocument('acme.auth0.com', planReport(the, organizations, settings), the);
  if (document === undefined) throw new Error('there is no plan');
  return document;
}

function style(_colour: string, text: string): string {
  return text;
}

function table(document: PlanDocument, shorten = false): string {
  return [
    ...planTable(document, { style, shorten, release: 'Approve it.', wording: RESOURCE_WORDING }),
  ].join('\n');
}

describe('the table of a plan', () => {
  it('shows each kind of change, field by field, and ends with the counts', () => {
    const the = listing(
      [
        institution('new', 'New College'),
        institution('changed', 'Right name', { country: 'Wales', phone: '1' }),
        institution('adopted', 'Adopted'),
        institution('equal'),
        institution('taken'),
      ],
      [
        { id: 'skip', why: 'has no name' },
        { id: undefined, why: 'has no iid' },
      ],
    );
    const document = documentOf(the, [
      organization('changed', {
        displayName: 'Wrong name',
        metadata: { institutionId: 'changed', country: 'England', theirs: 'kept' },
      }),
      organization('adopted', { displayName: undefined, metadata: {} }),
      organization('equal'),
      organization('gone'),
      organization('taken', { metadata: { institutionId: 'equal' } }),
    ]);

    expect(table(document)).to.equal(
      `Plan for acme.auth0.com

Create 1
  + new  "New College"

Update 2
  ~ changed  org_changed
      display_name      "Wrong name" → "Right name"
      metadata.country  "England" → "Wales"
      metadata.phone    (none) → "1"
  ~ adopted  org_adopted  (adopted)
      display_name            (none) → "Adopted"
      metadata.institutionId  (none) → "adopted"

Remove 1
  - gone  org_gone  "Name of gone"

Skipped 2
  ! skip  has no name
  ! (no iid)  has no iid

Conflicts 1
  ! taken  org_taken
      An organization that is marked for another institution has the name of this one. Correct its metadata.institutionId, or rename that organization.

Different: 1 to create, 2 to update, 1 to remove, 0 held, 2 skipped, 1 conflict, 1 in sync.`,
    );
    expect(document.equal).to.equal(false);
  });

  it('shows what is held, and how to release it', () => {
    const document = documentOf(listing([institution('kept')]), [
      organization('kept'),
      organization('gone'),
      organization('left'),
    ]);
    expect(document.held?.planHash).to.match(/^sha256:[0-9a-f]{64}$/);
    expect(document.held?.removals[0]).to.deep.equal({
      institutionId: 'gone',
      organizationId: 'org_gone',
      displayName: 'Name of gone',
      metadata: { institutionId: 'gone' },
    });
    expect(table(document)).to.include(
      `Held: removals 2
  - gone  org_gone  "Name of gone"
  - left  org_left  "Name of left"

  A limit holds these until they are approved. Approve it.
`,
    );
    expect(countsLine(document)).to.equal(
      'Different: 0 to create, 0 to update, 0 to remove, 2 held, 0 skipped, 0 conflicts, 1 in sync.',
    );
  });

  it('is equal when only rows are skipped', () => {
    const the = listing([institution('same')], [{ id: undefined, why: 'has no iid' }]);
    const document = documentOf(the, [organization('same')]);
    expect(document.equal).to.equal(true);
    expect(countsLine(document)).to.match(/^Equal: .* 1 skipped, /);
  });

  it('is equal when organizations are kept because nothing is pruned', () => {
    const document = documentOf(listing([]), [organization('gone')], { prune: false });
    expect(document.equal).to.equal(true);
  });

  it('shortens long groups on a terminal and nowhere else', () => {
    const the = listing(
      Array.from({ length: 1234 }, (_, index) => institution(`i-${10_000 + index}`)),
    );
    const document = documentOf(the, []);
    const short = table(document, true).split('\n');
    expect(short).to.have.lengthOf(26);
    expect(short).to.include('  … and 1,214 more; -o json shows all');
    expect(short.at(-1)).to.match(/^Different: 1,234 to create, /);
    expect(table(document).split('\n')).to.have.lengthOf(1234 + 5);
    expect(document.creations).to.have.lengthOf(1234);
  });

  it('writes out what would steer a terminal or turn a line around', () => {
    const the = listing([institution('evil', 'Red \u{1b}[31m and \u{202e}back')]);
    const document = documentOf(the, [
      organization('evil', { displayName: 'one\r\ntwo\u{7}', metadata: { institutionId: 'evil' } }),
    ]);
    const text = table(document);
    for (const steering of ['\u{1b}', '\u{202e}', '\r', '\u{7}']) {
      expect(text).not.to.include(steering);
    }
    expect(text).to.include(
      String.raw`"one\u{d}\u{a}two\u{7}" → "Red \u{1b}[31m and \u{202e}back"`,
    );
  });

  it('shows a name that was changed by hand', () => {
    const renamed = organization('moved', { metadata: { institutionId: 'home' } });
    const text = table(documentOf(listing([institution('home', 'Name of moved')]), [renamed]));
    expect(text).to.include('  ~ home  org_moved\n      name  "moved" → "home"\n');
  });
});
