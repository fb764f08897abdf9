import { expect } from 'chai';
import type { Auth0Sandbox } from '../sandbox/auth0/start.ts';
import type { TheSandbox } from '../sandbox/the/start.ts';
import { ROWS, type Stage } from './stage.ts';

/** What a sync of the untidy tenant has to do. */
export const WORK = { created: 3, updated: 2, deleted: 2 };

const STAFF = 'staff';
const GONE = ['gone-institution-1', 'gone-institution-2'];

/**
 * Fills the tenant, more than a page of it: three institutions have no organization yet, two have
 * another name now, two are gone; one organization is not managed.
 */
export function makeUntidy(auth0: Auth0Sandbox): void {
  const known = ROWS.slice(WORK.created).map(({ iid, name }, index) => ({
    name: iid,
    display_name: index < WORK.updated ? `Formerly ${name}` : name,
    metadata: { institutionId: iid },
  }));
  const gone = GONE.map((id) => ({
    name: id,
    display_name: id,
    metadata: { institutionId: id },
  }));
  auth0.seed([...known, ...gone, { name: STAFF, display_name: 'Staff' }]);
}

/** The tenant equals the source, once each, and the organization that is not managed is there. */
export function expectInStep({ auth0, the }: { auth0: Auth0Sandbox; the: TheSandbox }): void {
  const expected = the.rows().map(({ iid, name }) => `${String(iid)} ${String(name)}`);
  const managed = auth0
    .organizations()
    .filter(({ name }) => name !== STAFF)
    .map(({ metadata, display_name: shown }) => `${metadata?.['institutionId']} ${shown}`);
  expect(managed).to.have.members(expected);
  expect(auth0.organizations()).to.have.length(expected.length + 1);
}

/** Remembers the tenant; the function it returns fails when anything was written since. */
export function watchUntouched(stage: Stage): () => void {
  const organizations = structuredClone(stage.auth0.organizations());
  const writes = stage.writes();
  return () => {
    expect(stage.auth0.organizations(), 'organizations').to.deep.equal(organizations);
    expect(stage.writes(), 'writes to Auth0').to.equal(writes);
  };
}
