import { expect } from 'chai';
import {
  ConnectionAnswers,
  EnabledConnectionAnswers,
  OrganizationAnswer,
  OrganizationInFullAnswer,
  OrganizationPage,
  toEnabledConnection,
  toOrganization,
} from '../../../src/auth0/answers.ts';

const ACME = { id: 'org_1', name: 'acme' };

describe('an organization in an answer', () => {
  it('has an id and a name; the rest may be missing or null', () => {
    const bare = toOrganization(OrganizationAnswer.parse(ACME));
    expect(bare).to.deep.equal({ ...ACME, displayName: undefined, metadata: {} });
    const nulls = { ...ACME, display_name: null, metadata: null };
    expect(toOrganization(OrganizationAnswer.parse(nulls))).to.deep.equal(bare);
  });

  it('is reduced to what the plan needs', () => {
    const metadata = { institutionId: 'acme', ['__proto__']: 'kept' };
    const answer = { ...ACME, display_name: 'Acme', metadata, branding: { logo_url: 'x' } };
    const organization = toOrganization(OrganizationAnswer.parse(answer));
    expect(organization).to.have.all.keys('id', 'name', 'displayName', 'metadata');
    expect(Object.entries(organization.metadata)).to.deep.equal(Object.entries(metadata));
    expect(OrganizationInFullAnswer.parse(answer)).to.deep.include({ branding: { logo_url: 'x' } });
  });

  it('keeps all metadata, also where it repeats the name', () => {
    const metadata = JSON.parse('{"institutionId":"a","note":"b","__proto__":"a"}') as object;
    const answer = OrganizationAnswer.parse({ id: 'org_1', name: 'a', metadata });
    expect(Object.entries(toOrganization(answer).metadata)).to.deep.equal([
      ['institutionId', 'a'],
      ['note', 'b'],
      ['__proto__', 'a'],
    ]);
  });

  it('shares one object where there is no metadata', () => {
    const [one, other] = [1, 2].map(() => toOrganization(OrganizationAnswer.parse(ACME)));
    expect(one?.metadata).to.equal(other?.metadata).and.to.be.frozen;
  });

  for (const [what, answer] of [
    ['no id', { name: 'acme' }],
    ['an id that is a path', { ...ACME, id: 'org_1/members' }],
    ['an id that leads elsewhere', { ...ACME, id: '../users/1' }],
    ['an empty id', { ...ACME, id: '' }],
    ['no name', { id: 'org_1' }],
    ['an empty name', { ...ACME, name: '' }],
    ['a name that is a number', { ...ACME, name: 7 }],
    ['a display name that is no text', { ...ACME, display_name: 7 }],
    ['metadata that is text', { ...ACME, metadata: 'institutionId' }],
    ['metadata that is a list', { ...ACME, metadata: ['acme'] }],
    ['metadata with one value that is no text', { ...ACME, metadata: { a: 'x', b: 1 } }],
  ] as const) {
    it(`is none with ${what}`, () => {
      expect(OrganizationAnswer.safeParse(answer).success).to.equal(false);
      expect(OrganizationPage.safeParse({ organizations: [ACME, answer] }).success).to.equal(false);
    });
  }
});

describe('a page of organizations', () => {
  it('has organizations, and next but on the last', () => {
    const page = { organizations: [ACME], next: 'cursor' };
    expect(OrganizationPage.parse(page)).to.deep.equal(page);
    expect(OrganizationPage.parse({ organizations: [] })).to.deep.equal({ organizations: [] });
    expect(OrganizationPage.parse({ organizations: [], next: null }).next).to.equal(null);
  });

  for (const answer of [{}, null, [], [ACME], { organizations: null }, { organizations: ACME }]) {
    it(`is not ${JSON.stringify(answer)}`, () => {
      expect(OrganizationPage.safeParse(answer).success).to.equal(false);
    });
  }

  it('has no next that is a number', () => {
    expect(OrganizationPage.safeParse({ organizations: [], next: 2 }).success).to.equal(false);
  });
});

describe('connections in an answer', () => {
  it('stand in a list or beside totals', () => {
    const list = [{ id: 'con_1', name: 'campus' }];
    expect(ConnectionAnswers.parse(list)).to.deep.equal(list);
    expect(ConnectionAnswers.parse({ connections: list, total: 1 })).to.deep.equal(list);
    expect(ConnectionAnswers.safeParse({ connections: [{ id: 'con_1' }] }).success).to.equal(false);
    expect(ConnectionAnswers.safeParse({}).success).to.equal(false);
  });

  it('that are enabled do, too, and assign no membership unless they say so', () => {
    const list = [
      { connection_id: 'con_1', assign_membership_on_login: true },
      { connection_id: 'con_2' },
    ];
    const expected = [
      { connectionId: 'con_1', assignMembershipOnLogin: true },
      { connectionId: 'con_2', assignMembershipOnLogin: false },
    ];
    for (const answer of [list, { enabled_connections: list, total: 2 }]) {
      expect(EnabledConnectionAnswers.parse(answer).map(toEnabledConnection)).to.deep.equal(
        expected,
      );
    }
    expect(EnabledConnectionAnswers.safeParse({}).success).to.equal(false);
  });
});
