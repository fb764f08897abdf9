import { expect } from 'chai';
import { listNames, never, organizations, rejection, sandboxed } from './open.ts';
import { createTestClock } from './test-clock.ts';

const LIST = 'GET /api/v2/organizations';
const TOKEN = 'POST /oauth/token';

describe('auth0: too many requests', () => {
  for (const waitSeconds of [3, 50]) {
    it(`waits ${waitSeconds} s when the headers say so, and no longer than that`, async () => {
      const clock = createTestClock();
      await using t = await sandboxed({ now: clock.now }, { clock });
      t.auth0.seed(organizations(1));
      t.auth0.fault(LIST, { kind: 'too-many-requests', headers: true, waitSeconds });
      expect(await listNames(t.tenant)).to.deep.equal(['o0']);
      const [refused, accepted] = t.auth0.requests
        .all()
        .filter(({ endpoint }) => endpoint === 'list');
      const waited = (accepted?.at ?? 0) - (refused?.at ?? 0);
      // The headers have whole seconds, rounded up.
      expect(waited).to.be.within(waitSeconds * 1000, (waitSeconds + 2) * 1000);
      expect(t.requests).to.deep.equal(['token 200', 'list 429', 'list 200']);
    });
  }

  it('waits as Retry-After says', async () => {
    const clock = createTestClock();
    await using t = await sandboxed({ now: clock.now }, { clock });
    t.auth0.fault(LIST, { kind: 'too-many-requests', retryAfter: '7' });
    await listNames(t.tenant);
    const [refused, accepted] = t.auth0.requests
      .all()
      .filter(({ endpoint }) => endpoint === 'list');
    expect((accepted?.at ?? 0) - (refused?.at ?? 0)).to.be.within(7000, 9000);
  });

  it('is no failure, however often it comes, with or without headers', async () => {
    await using t = await sandboxed();
    for (const headers of [false, true]) {
      t.auth0.fault(LIST, { kind: 'too-many-requests', headers }, 12);
      t.auth0.fault(LIST, 'html', 1);
      t.auth0.fault(LIST, { kind: 'too-many-requests', headers }, 12);
      expect(await listNames(t.tenant)).to.deep.equal([]);
    }
    expect(t.auth0.tooManyRequests()).to.equal(48);
    expect(t.log.lines).to.deep.equal([]);
  });

  it('concerns writes as well, and is waited for before the write', async () => {
    await using t = await sandboxed();
    t.auth0.fault('POST /api/v2/organizations', { kind: 'too-many-requests' }, 3);
    const body = { name: 'acme', displayName: 'Acme', metadata: {}, connections: [] };
    expect(await t.tenant.createOrganization(body, never)).to.have.property('name', 'acme');
    expect(t.requests.slice(1)).to.deep.equal([
      ...Array.from({ length: 3 }, () => 'organizationWrites 429'),
      'organizationWrites 201',
    ]);
  });

  it('of the token endpoint costs its wait alone', async () => {
    const clock = createTestClock();
    await using t = await sandboxed({ now: clock.now }, { clock });
    t.auth0.fault(TOKEN, { kind: 'too-many-requests', headers: true, waitSeconds: 9 });
    t.auth0.fault(TOKEN, { kind: 'too-many-requests' });
    t.auth0.fault(TOKEN, { kind: 'too-many-requests', retryAfter: '40' }, 10);
    await t.tenant.requireScopes([], never);
    const [untilReset, plain, ...asked] = clock.waits;
    expect(untilReset).to.be.within(8_000, 10_000);
    expect(plain).to.equal(1_000);
    expect(asked).to.deep.equal(Array.from({ length: 10 }, () => 40_000));
    expect(t.requests.filter((request) => request === 'token 429')).to.have.length(12);
  });

  it('between failures does not use up the patience with them', async () => {
    const clock = createTestClock();
    await using t = await sandboxed({ now: clock.now }, { clock });
    for (let i = 0; i < 5; i++) {
      t.auth0.fault(LIST, { kind: 'status', status: 503 });
      t.auth0.fault(LIST, { kind: 'too-many-requests', retryAfter: '100' });
    }
    expect(await listNames(t.tenant)).to.deep.equal([]);
    t.auth0.fault(LIST, { kind: 'status', status: 503 }, Infinity);
    expect(await rejection(listNames(t.tenant))).to.include({ reason: 'TargetUnavailable' });
  });
});
