import { expect } from 'chai';
import { createPacer } from '../../../src/auth0/pacing/pacer.ts';
import { openTenant } from '../../../src/auth0/tenant.ts';
import type { Tenant } from '../../../src/sync/tenant.ts';
import { createManualClock } from './manual-clock.ts';

type Client = ReturnType<typeof openTenant>;

/** No method takes or gives anything else than the engine knows. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
const PARAMETERS: { [M in keyof Tenant]: Same<Parameters<Tenant[M]>, Parameters<Client[M]>> } = {
  requireScopes: true,
  listOrganizations: true,
  readOrganization: true,
  readOrganizationByName: true,
  createOrganization: true,
  updateOrganization: true,
  deleteOrganization: true,
  findConnection: true,
  listEnabledConnections: true,
  enableConnection: true,
  requestCount: true,
};

describe('auth0: the client of a tenant', () => {
  it('is what the engine needs, and sends nothing by itself', () => {
    const clock = createManualClock();
    const tenant: Tenant = openTenant({
      domain: 'd',
      audience: 'https://d/api/v2/',
      tokenEndpoint: 'https://d/oauth/token',
      credentials: { kind: 'token', accessToken: 'a.b.c' },
      pacer: createPacer({ clock }),
      requestBudget: 100,
      clock,
      random: () => 0,
      log: {
        debug() {},
        info() {},
        warn() {},
        error() {},
        child() {
          return this;
        },
      },
    });
    expect(tenant).to.have.all.keys(Object.keys(PARAMETERS));
    expect(tenant.requestCount()).to.equal(0);
  });
});
