import type { Auth0Sandbox } from '../../sandbox/auth0/start.ts';
import type { FaultKind, FaultMatch, FaultName } from '../../sandbox/fault-kinds.ts';

const LIST: FaultMatch = { method: 'GET', path: '/api/v2/organizations' };
const PAGE_2: FaultMatch = { ...LIST, skip: 1 };
const BY_ID: FaultMatch = { method: 'GET', path: '/api/v2/organizations/{id}' };

/** A way in which Auth0's answers may lead to removals. */
export interface TenantAttempt {
  readonly title: string;
  readonly spoil: (auth0: Auth0Sandbox) => void;
  /** `none`: the sync goes on and removes nothing. */
  readonly fault: 'TargetUnavailable' | 'none';
  /** How many of the institutions THE has left. */
  readonly left: number;
}

function always(match: FaultMatch, kind: FaultKind | FaultName) {
  return (auth0: Auth0Sandbox) => auth0.fault(match, kind, Infinity);
}

function body(match: FaultMatch, answer: unknown) {
  return always(match, { kind: 'wrong-shape', body: answer });
}

/** The tenant's organizations, each with another mark, name or id than it really has. */
function listed(
  change: (
    organization: { id: string; name: string },
    index: number,
  ) => Readonly<Record<string, unknown>>,
) {
  return (auth0: Auth0Sandbox) => {
    const organizations = auth0
      .organizations()
      .map(({ id, name, display_name, metadata }, index) => ({
        id,
        name,
        display_name,
        metadata,
        ...change({ id, name }, index),
      }));
    body(LIST, { organizations })(auth0);
  };
}

function gone(index: number) {
  return { name: `gone-${index}`, metadata: { institutionId: `gone-${index}` } };
}

const LISTINGS: Readonly<Record<string, TenantAttempt['spoil']>> = {
  'HTML as the second page': always(PAGE_2, 'html'),
  'an empty second page': always(PAGE_2, 'empty'),
  'half of the second page': always(PAGE_2, 'garbage-json'),
  'a second page that is cut': always(PAGE_2, 'cut-body'),
  'a second page of another shape': always(PAGE_2, 'wrong-shape'),
  'an object without organizations': body(PAGE_2, {}),
  'organizations of null': body(PAGE_2, { organizations: null }),
  'an organization without a name': body(PAGE_2, { organizations: [{ id: 'org_1' }] }),
  'an id that is a path': body(PAGE_2, { organizations: [{ id: '../users', name: 'x' }] }),
  'marks that are no text': body(PAGE_2, {
    organizations: [{ id: 'org_1', name: 'x', metadata: { institutionId: 7 } }],
  }),
  'two organizations of one name': body(PAGE_2, {
    organizations: [
      { id: 'org_1', name: 'twin' },
      { id: 'org_2', name: 'twin' },
    ],
  }),
  'a cursor that leads to itself': always(LIST, 'loop-cursor'),
  'the first page again': always(PAGE_2, 'repeat-page'),
  'status 503': always(PAGE_2, { kind: 'status', status: 503 }),
  'a redirect': always(LIST, { kind: 'redirect', location: '/elsewhere' }),
};

const READINGS: Readonly<Record<string, TenantAttempt['spoil']>> = {
  'HTML for the organization to remove': always(BY_ID, 'html'),
  'nothing for the organization to remove': always(BY_ID, 'empty'),
  'another shape for the organization to remove': always(BY_ID, 'wrong-shape'),
  'status 500 for the organization to remove': always(BY_ID, { kind: 'status', status: 500 }),
};

const LIES: Readonly<Record<string, TenantAttempt['spoil']>> = {
  'a listing in which all have the marks of others': listed((_organization, index) => gone(index)),
  'a listing in which all have marks and none has its name': listed((_organization, index) => ({
    name: `renamed-${index}`,
    metadata: { institutionId: `gone-${index}` },
  })),
  'a listing of another tenant': listed((_organization, index) => ({
    id: `org_elsewhere${index}`,
    ...gone(index),
  })),
  'a listing from before the marks were taken off': (auth0) => {
    listed(() => ({}))(auth0);
    for (const { id } of auth0.organizations()) auth0.editOrganization(id, { metadata: {} });
  },
};

const ABSENCES: Readonly<Record<string, TenantAttempt['spoil']>> = {
  'another organization for each that is to be removed': body(BY_ID, {
    id: 'org_1',
    name: 'someone',
    metadata: { institutionId: 'someone' },
  }),
  '404 for each organization that is to be removed': always(BY_ID, { kind: 'status', status: 404 }),
};

function attempts(
  spoils: Readonly<Record<string, TenantAttempt['spoil']>>,
  what: Pick<TenantAttempt, 'fault' | 'left'>,
): readonly TenantAttempt[] {
  return Object.entries(spoils).map(([title, spoil]) => ({ title, spoil, ...what }));
}

/** What cannot be read holds up true removals as well; a lie leads to none. */
export const FAULTY_TENANT_LISTINGS: readonly TenantAttempt[] = [
  ...attempts({ ...LISTINGS, ...READINGS }, { fault: 'TargetUnavailable', left: 30 }),
  ...attempts(LIES, { fault: 'none', left: 60 }),
  ...attempts(ABSENCES, { fault: 'none', left: 30 }),
];
