import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { createPacer, type Pacer } from '../../../src/auth0/pacing/pacer.ts';
import { Fault } from '../../../src/api/fault.ts';
import { listNames, never, rejection, sandboxed } from './open.ts';
import { createTestClock, type TestClock } from './test-clock.ts';

const ACME = { name: 'acme', displayName: 'Acme', metadata: {}, connections: [] };
const REASON = new Error('stop');

/** A clock whose waits of at least `ms` never end, and the moment when one begins. */
function stuckClock(ms: number): TestClock & { readonly stuck: Promise<void> } {
  const clock = createTestClock();
  const { promise: stuck, resolve } = Promise.withResolvers<void>();
  return {
    ...clock,
    stuck,
    async sleep(wanted, signal) {
      if (wanted < ms || wanted === 20_000) return clock.sleep(wanted, signal);
      signal.throwIfAborted();
      resolve();
      await once(signal, 'abort');
      throw signal.reason;
    },
  };
}

/** A pacer that counts what becomes of its permits. */
function countingPacer(clock: TestClock) {
  const pacer = createPacer({ clock });
  const counts = { acquired: 0, answered: 0, lost: 0, cancelled: 0 };
  const counting: Pacer = {
    ...pacer,
    async acquire(...request) {
      const permit = await pacer.acquire(...request);
      counts.acquired += 1;
      return {
        answered(...answer) {
          counts.answered += 1;
          permit.answered(...answer);
        },
        lost() {
          counts.lost += 1;
          permit.lost();
        },
        cancelled() {
          counts.cancelled += 1;
          permit.cancelled();
        },
      };
    },
  };
  return { pacer: counting, counts };
}

describe('auth0: a stop', () => {
  it('before anything sends nothing', async () => {
    await using t = await sandboxed();
    const stopped = AbortSignal.abort(REASON);
    const connection = { connectionId: 'con_1', assignMembershipOnLogin: false };
    for (const asked of [
      t.tenant.requireScopes([], stopped),
      listNames(t.tenant, stopped),
      t.tenant.readOrganization('org_1', stopped),
      t.tenant.readOrganizationByName('a', stopped),
      t.tenant.createOrganization(ACME, stopped),
      t.tenant.updateOrganization('org_1', { name: 'b' }, stopped),
      t.tenant.deleteOrganization('org_1', stopped),
      t.tenant.findConnection('c', stopped),
      t.tenant.listEnabledConnections('org_1', stopped),
      t.tenant.enableConnection('org_1', connection, stopped),
    ]) {
      expect(await rejection(asked)).to.equal(REASON);
    }
    expect(t.auth0.requests.all()).to.deep.equal([]);
    expect(t.tenant.requestCount()).to.equal(0);
  });

  it('ends the wait for a token at once, and the request for it', async () => {
    await using t = await sandboxed();
    t.auth0.fault('POST /oauth/token', 'hang');
    const stop = new AbortController();
    const asked = listNames(t.tenant, stop.signal);
    while (t.auth0.requests.count({ fault: 'hang' }) === 0) await nextTurn();
    stop.abort(REASON);
    expect(await rejection(asked)).to.equal(REASON);
    while (t.clock.underWay() > 0) await nextTurn();
    expect(t.requests).to.deep.equal(['token lost']);
    expect(await listNames(t.tenant)).to.deep.equal([]);
  });

  it('of one caller leaves the token to the others', async () => {
    await using t = await sandboxed();
    t.auth0.fault('POST /oauth/token', { kind: 'delay', ms: 50 });
    const stop = new AbortController();
    const [stopped, other] = [
      rejection(t.tenant.requireScopes([], stop.signal)),
      t.tenant.requireScopes([], never),
    ];
    while (t.auth0.requests.count({ endpoint: 'token' }) === 0) await nextTurn();
    stop.abort(REASON);
    expect(await stopped).to.equal(REASON);
    await other;
    expect(t.requests).to.deep.equal(['token 200']);
  });

  it('ends the pause after a failure of the token endpoint', async () => {
    const clock = stuckClock(200);
    await using t = await sandboxed({}, { clock });
    t.auth0.fault('POST /oauth/token', { kind: 'status', status: 503 }, Infinity);
    const stop = new AbortController();
    const asked = rejection(t.tenant.requireScopes([], stop.signal));
    await clock.stuck;
    stop.abort(REASON);
    expect(await asked).to.equal(REASON);
    expect(t.requests).to.deep.equal(['token 503']);
  });

  it('ends the wait for leave', async () => {
    const clock = stuckClock(30_000);
    const { pacer, counts } = countingPacer(clock);
    await using t = await sandboxed({}, { clock, pacer });
    const wait = { kind: 'too-many-requests', retryAfter: '60' } as const;
    t.auth0.fault('POST /api/v2/organizations', wait);
    const stop = new AbortController();
    const asked = rejection(t.tenant.createOrganization(ACME, stop.signal));
    await clock.stuck;
    stop.abort(REASON);
    expect(await asked).to.equal(REASON);
    expect(counts).to.deep.equal({ acquired: 1, answered: 1, lost: 0, cancelled: 0 });
    expect(t.auth0.organizations()).to.deep.equal([]);
  });

  it('ends the pause after a failure', async () => {
    const clock = stuckClock(250);
    const { pacer, counts } = countingPacer(clock);
    await using t = await sandboxed({}, { clock, pacer });
    t.auth0.fault('POST /api/v2/organizations', { kind: 'status', status: 503 }, Infinity);
    const stop = new AbortController();
    const asked = rejection(t.tenant.createOrganization(ACME, stop.signal));
    await clock.stuck;
    stop.abort(REASON);
    expect(await asked).to.equal(REASON);
    expect(counts).to.deep.equal({ acquired: 1, answered: 1, lost: 0, cancelled: 0 });
  });

  it('lets a request in flight be finished, and its result count', async () => {
    await using t = await sandboxed();
    await t.tenant.requireScopes([], never);
    const stop = new AbortController();
    t.auth0.fault('POST /api/v2/organizations', { kind: 'delay', ms: 30 });
    const asked = t.tenant.createOrganization(ACME, stop.signal);
    while (t.auth0.requests.count({ endpoint: 'writes' }) === 0) await nextTurn();
    stop.abort(REASON);
    expect(await asked).to.have.property('name', 'acme');
  });

  it('lets no request follow the one in flight', async () => {
    for (const status of [401, 429, 503]) {
      await using t = await sandboxed();
      await t.tenant.requireScopes([], never);
      const stop = new AbortController();
      t.auth0.fault('POST /api/v2/organizations', { kind: 'status', status });
      const asked = rejection(t.tenant.createOrganization(ACME, stop.signal));
      while (t.auth0.requests.count({ endpoint: 'writes' }) === 0) await nextTurn();
      stop.abort(REASON);
      expect(await asked).to.equal(REASON);
      expect(t.requests).to.deep.equal(['token 200', `organizationWrites ${status}`]);
    }
  });
});

describe('auth0: leave to write', () => {
  it('is asked for before each write, again when it goes out, and for writes alone', async () => {
    const asked: string[] = [];
    await using t = await sandboxed(
      { onRequest: ({ method, path }) => void asked.push(`${method} ${path}`) },
      { mayWrite: () => void asked.push('leave') },
    );
    const [id = ''] = t.auth0.seed([{ name: 'other' }]);
    await listNames(t.tenant);
    await t.tenant.readOrganization(id, never);
    await t.tenant.readOrganizationByName('other', never);
    t.auth0.fault('POST /api/v2/organizations', { kind: 'status', status: 503 });
    await t.tenant.createOrganization(ACME, never);
    await t.tenant.updateOrganization(id, { displayName: 'O' }, never);
    await t.tenant.deleteOrganization(id, never);
    expect(asked.slice(1)).to.deep.equal([
      'GET /api/v2/organizations',
      'GET /api/v2/organizations/{id}',
      'GET /api/v2/organizations/name/{name}',
      'leave',
      'leave',
      'POST /api/v2/organizations',
      'leave',
      'leave',
      'POST /api/v2/organizations',
      'leave',
      'leave',
      'PATCH /api/v2/organizations/{id}',
      'leave',
      'leave',
      'DELETE /api/v2/organizations/{id}',
    ]);
  });

  it('that is denied keeps the write back, and gives the pacer’s leave back', async () => {
    const lost = new Fault('TenantConflict', 'another one works');
    const clock = createTestClock();
    const { pacer, counts } = countingPacer(clock);
    let isLost = false;
    await using t = await sandboxed(
      {},
      {
        clock,
        pacer,
        mayWrite() {
          if (isLost) throw lost;
        },
      },
    );
    await t.tenant.createOrganization(ACME, never);
    isLost = true;
    const [acme] = t.auth0.organizations();
    expect(await rejection(t.tenant.deleteOrganization(acme?.id ?? '', never))).to.equal(lost);
    expect(t.auth0.organizations()).to.have.length(1);
    expect(counts).to.deep.equal({ acquired: 2, answered: 1, lost: 0, cancelled: 1 });
    isLost = false;
    expect(await t.tenant.deleteOrganization(acme?.id ?? '', never)).to.equal('deleted');
  });

  it('may be lost between two attempts', async () => {
    const lost = new Error('no longer the leader');
    let asked = 0;
    await using t = await sandboxed(
      {},
      {
        mayWrite() {
          asked += 1;
          if (asked === 3) throw lost;
        },
      },
    );
    t.auth0.fault('POST /api/v2/organizations', 'reset');
    expect(await rejection(t.tenant.createOrganization(ACME, never))).to.equal(lost);
    expect(t.requests).to.deep.equal(['token 200', 'organizationWrites lost']);
  });

  it('may be lost while the write waits for a connection', async () => {
    const lost = new Error('no longer the leader');
    const clock = createTestClock();
    const { pacer, counts } = countingPacer(clock);
    let asked = 0;
    await using t = await sandboxed(
      {},
      {
        clock,
        pacer,
        mayWrite() {
          asked += 1;
          if (asked === 2) throw lost;
        },
      },
    );
    expect(await rejection(t.tenant.createOrganization(ACME, never))).to.equal(lost);
    expect(t.auth0.requests.count({ method: 'POST', endpoint: 'writes' })).to.equal(0);
    expect(t.requests).to.deep.equal(['token 200']);
    expect(counts).to.deep.equal({ acquired: 1, answered: 0, lost: 0, cancelled: 1 });
    // The connection is as good as before.
    expect(await t.tenant.createOrganization(ACME, never)).to.have.property('name', 'acme');
  });
});
