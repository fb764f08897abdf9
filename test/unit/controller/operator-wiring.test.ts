import { hostname } from 'node:os';
import { expect } from 'chai';
import { allowList } from '../../../src/controller/allow-list.ts';
import { SECRETS } from '../../../src/controller/cluster-api.ts';
import { startOperator } from '../../../src/controller/operator.ts';
import type { ApiAccess, Selection } from '../../../src/kubernetes/api-access.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { hearing } from '../../simulation/hearing.ts';
import { startMachine } from '../../simulation/machine.ts';
import { createWorld } from '../../simulation/world.ts';
import { createRecordedLog } from '../kubernetes/recorded-log.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** What an event of Kubernetes says of where it comes from. */
interface StoredEvent {
  readonly reason: string;
  readonly reportingController: string;
  readonly reportingInstance: string;
}

/**
 * The whole operator on a virtual clock in a cluster where nothing goes wrong. Its objects are in mode
 * Plan: what is tried here is what the parts tell one another, not what they write to Auth0.
 */
async function run({ isShard = false } = {}) {
  const world = createWorld(1, new Map(), undefined);
  const { timeline, dice, api, auth0, theService, knowledge, kubectl, server } = world;
  const machine = startMachine({
    name: 'm1',
    timeline,
    dice,
    skewMs: 0,
    beforeDelivery: () => {},
    beforeAct: () => {},
  });
  world.the.setRows([{ iid: 'i-1', name: 'One' }]);
  const access = api.connect(machine, hearing(knowledge, machine));
  const events: StoredEvent[] = [];
  let failures = 0;
  /** The shard's label is on the objects of one namespace. */
  function selected<Query extends Selection>(query: Query): Query {
    return query.labelSelector === undefined ? query : { ...query, namespace: 'elsewhere' };
  }
  const watched: ApiAccess = {
    ...access,
    list: (selection, signal) => access.list(selected(selection), signal),
    watch: (query, signal) => access.watch(selected(query), signal),
    create(at, object, signal) {
      if (at.resource.plural === 'events') events.push(object as unknown as StoredEvent);
      return access.create(at, object, signal);
    },
    patch(at, patch, signal) {
      if (failures === 0) return access.patch(at, patch, signal);
      failures -= 1;
      return Promise.reject(new Error('the API server is down'));
    },
  };
  const correlationIds = new Set<string | null>();
  const fetch = auth0.connect(machine);
  const metrics = createMetrics();
  const log = createRecordedLog();
  const stop = new AbortController();
  let syncs = 0;
  const operator = startOperator(
    {
      namespaces: [],
      labelSelector: isShard ? 'shard=one' : undefined,
      concurrency: 4,
      lease: undefined,
      allowLists: {
        auth0Domains: allowList(['*.auth0.com']),
        institutionHosts: allowList(['*.timeshighereducation.com']),
      },
      metrics,
      log,
      clock: machine.clock,
      random: machine.random,
      access: watched,
      monotonic: machine.monotonic,
      fetch(input, init) {
        correlationIds.add(new Headers(init?.headers).get('x-correlation-id'));
        return fetch(input, init);
      },
      adapter: theService.connect(machine),
      newId: () => `sync-${(syncs += 1)}`,
    },
    stop.signal,
  );

  const after = (ms: number) => timeline.runUntil(timeline.now() + ms);
  function status(name: string) {
    return kubectl.object(name)?.['status'] as
      | { readonly conditions?: readonly { type: string; status: string; reason: string }[] }
      | undefined;
  }
  return {
    ...world,
    metrics,
    log,
    events,
    operator,
    correlationIds,
    after,
    reason: (name: string) =>
      status(name)?.conditions?.find(({ type }) => type === 'Ready')?.reason,
    /** Syncs that the log says have ended well. */
    syncs: () => log.lines.filter(({ message }) => message === 'sync finished'),
    failWrites: (count: number) => (failures = count),
    /** Puts these keys into the Secret of object `a`. */
    writeSecret(keys: Readonly<Record<string, string>>): void {
      const data = Object.entries(keys).map(([key, value]) => [
        key,
        Buffer.from(value).toString('base64'),
      ]);
      const at = { resource: SECRETS, namespace: 'identity' };
      server.create(at, { metadata: { name: 'creds-a' }, data: Object.fromEntries(data) });
    },
    /** The values of a metric's series that have these labels. */
    async series(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number[]> {
      const metric = (await metrics.registry.getMetricsAsJSON()).find((each) => each.name === name);
      const matching = (metric?.values ?? []).filter((value) =>
        Object.entries(labels).every(
          ([label, wanted]) =>
            Object.entries(value.labels).find(([key]) => key === label)?.[1] === wanted,
        ),
      );
      return matching.map(({ value }) => value);
    },
    async [Symbol.asyncDispose]() {
      stop.abort(new Error('the test is over'));
      await after(MINUTE_MS);
      await operator.done;
    },
  };
}

const planned = { mode: 'Plan', nap: '30m' };

describe('the operator, in a cluster', () => {
  it('syncs an object again and again, and tells of it in status, log, requests and metrics', async () => {
    await using t = await run();
    t.kubectl.writeSecret('a');
    t.kubectl.createObject('a', planned);
    await t.after(MINUTE_MS);
    expect(t.reason('a')).to.equal('Planned');
    expect(t.log.lines.map(({ fields }) => fields['object'])).to.deep.equal(['identity/a']);
    const ids = () => t.syncs().map(({ fields }) => fields['sync']);
    const sent = () => [...t.correlationIds].filter((each) => each !== null);
    expect(sent()).to.deep.equal(ids());
    const labels = { endpoint: 'organizationWrites', code: '429' };
    expect(await t.series('institution_sync_auth0_requests_total', labels)).to.deep.equal([0]);
    const [heard] = await t.series('institution_sync_watch_last_heard_timestamp_seconds');
    expect(heard).to.be.closeTo(t.timeline.now() / 1000, 61);

    await t.after(100 * MINUTE_MS);
    expect(ids()).to.have.length(4);
    expect(sent()).to.have.length.within(1, 4);
    const results = (result: string) => t.series('controller_runtime_reconcile_total', { result });
    expect(await results('requeue_after')).to.deep.equal([4]);
    expect(await results('success')).to.deep.equal([0]);
  });

  it('has an object’s series from when it sees it until it is gone, and then no work for it', async () => {
    await using t = await run();
    t.kubectl.writeSecret('a');
    t.kubectl.createObject('a', planned);
    t.kubectl.editSpec('a', { suspend: true });
    await t.after(MINUTE_MS);
    const changes = () => t.series('institution_sync_changes_total', { operation: 'create' });
    expect(await changes()).to.deep.equal([0, 0]);
    const results = (result: string) => t.series('controller_runtime_reconcile_total', { result });
    expect(await results('requeue_after')).to.deep.equal([0]);
    expect((await results('success'))[0]).to.be.above(0);

    t.kubectl.editSpec('a', { suspend: false });
    await t.after(MINUTE_MS);
    expect(t.syncs()).to.have.length(1);
    t.kubectl.deleteObject('a');
    await t.after(SECOND_MS);
    expect(await changes()).to.deep.equal([]);
    const lines = t.log.lines.length;
    await t.after(60 * MINUTE_MS);
    expect(t.syncs()).to.have.length(1);
    expect(await results('error')).to.deep.equal([0]);
    expect(t.log.lines).to.have.length(lines);
  });

  it('says in events who it is', async () => {
    await using t = await run();
    t.kubectl.createObject('a', planned);
    await t.after(MINUTE_MS);
    expect(t.events[0]).to.include({
      reason: 'SyncFailed',
      reportingController: 'sync.timeshighereducation.com/institution-sync',
      reportingInstance: hostname(),
    });
  });

  it('shows when credentials end', async () => {
    await using t = await run();
    const exp = Math.floor(t.timeline.now() / 1000) + 86_400;
    const part = (content: object) => Buffer.from(JSON.stringify(content)).toString('base64url');
    t.writeSecret({ AUTH0_ACCESS_TOKEN: `${part({ alg: 'none' })}.${part({ exp })}.x` });
    t.kubectl.createObject('a', planned);
    await t.after(MINUTE_MS);
    expect(
      await t.series('institution_sync_credentials_expiry_timestamp_seconds', { name: 'a' }),
    ).to.deep.equal([exp]);
  });

  it('tries again within a second what the API server did not take, later each time', async () => {
    await using t = await run();
    t.kubectl.createObject('a', planned);
    t.kubectl.editSpec('a', { suspend: true });
    t.failWrites(3);
    await t.after(10 * SECOND_MS);
    expect(await t.series('controller_runtime_reconcile_errors_total')).to.deep.equal([3]);
    expect(await t.series('workqueue_retries_total')).to.deep.equal([3]);
    expect(t.kubectl.object('a')?.['status']).to.have.property('conditions');
  });

  it('takes the right credentials at once, whenever they come', async () => {
    // At one of these times the sync has read the Secret, and its watch has not.
    for (let afterMs = 1; afterMs < 1_200; afterMs += 15) {
      await using t = await run();
      t.kubectl.writeWrongSecret('a');
      t.kubectl.createObject('a', planned);
      await t.after(afterMs);
      t.kubectl.writeSecret('a');
      await t.after(10 * SECOND_MS);
      expect(t.reason('a'), `${afterMs} ms later`).to.equal('Planned');
    }
  });

  for (const isShard of [false, true]) {
    it(`has the younger of two objects for a tenant wait for the older${isShard ? ' of another shard' : ''}`, async () => {
      await using t = await run({ isShard });
      t.kubectl.writeSecret('a');
      t.kubectl.writeSecret('b');
      t.kubectl.createObject('a', planned);
      await t.after(10 * SECOND_MS);
      t.kubectl.createObject('b', planned);
      await t.after(20 * MINUTE_MS);
      expect(t.reason('a')).to.equal(isShard ? undefined : 'Planned');
      expect(t.reason('b')).to.equal('TenantConflict');
      t.kubectl.deleteObject('a');
      await t.after(5 * SECOND_MS);
      expect(t.reason('b')).to.equal('Planned');
    });
  }
});
