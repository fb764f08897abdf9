import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { FINALIZER } from '../../../src/api/names.ts';
import { allowList } from '../../../src/controller/allow-list.ts';
import { rejectWhenLost } from '../../../src/controller/leadership.ts';
import {
  startOperator,
  type OperatorOptions,
  type Surroundings,
} from '../../../src/controller/operator.ts';
import type { ApiAccess } from '../../../src/kubernetes/api-access.ts';
import { LeaseLost } from '../../../src/kubernetes/held-lease.ts';
import type { ApiObject } from '../../../src/kubernetes/resource.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { createLeaseServer } from '../kubernetes/lease-server.ts';
import { createManualClock, type ManualClock } from '../kubernetes/manual-clock.ts';
import { createRecordedLog } from '../kubernetes/recorded-log.ts';
import { rejection } from '../sync/rejection.ts';
import { condition } from './objects.ts';

/** An object that is suspended: what the controller does with it is one status. */
function suspended(name: string, namespace: string, metadata: object = {}): ApiObject {
  return {
    apiVersion: 'sync.timeshighereducation.com/v1alpha1',
    kind: 'InstitutionSync',
    metadata: {
      ...metadata,
      name,
      namespace,
      uid: name,
      generation: 1,
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: {
      suspend: true,
      auth0: { domain: 'acme.eu.auth0.com', credentialsSecretRef: { name: 's' } },
    },
  };
}

/** The same after a sync: nothing is to be done for hours. */
function settled(name: string, namespace: string): ApiObject {
  const { spec, ...object } = suspended(name, namespace);
  return {
    ...object,
    spec: { ...Object(spec), suspend: false, nap: '24h' },
    status: {
      observedGeneration: 1,
      nextSyncTime: new Date(createManualClock().now() + 3_600_000).toISOString(),
      conditions: [condition('Ready', 'True', 'Synced', 1)],
    },
  };
}

/**
 * An API server of these objects, whose lists of one namespace come when `release` is called. The
 * watch of namespace `one` tells of those that are added.
 */
function objectServer(
  objects: readonly ApiObject[],
  late?: string,
  added: readonly ApiObject[] = [],
) {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const written: string[] = [];
  const unused = () => Promise.reject(new Error('nobody asks for this'));
  const access: ApiAccess = {
    server: 'https://memory',
    get: async ({ namespace, name }) =>
      objects.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name),
    create: unused,
    replace: unused,
    delete: unused,
    async patch({ namespace, name, subresource }) {
      written.push(`${namespace}/${name} ${subresource}`);
      return objects[0] ?? expect.fail('no object');
    },
    async list({ namespace }) {
      if (namespace === late) await released;
      const items = objects.filter(({ metadata }) => metadata.namespace === namespace);
      return { items, resourceVersion: '1', next: undefined };
    },
    async watch({ resource, namespace }, signal) {
      const isTold = resource.plural === 'institutionsyncs' && namespace === 'one';
      return events(isTold ? added : [], signal);
    },
    close: async () => {},
  };
  return { access, written, release };
}

async function* events(added: readonly ApiObject[], signal: AbortSignal) {
  for (const object of added) yield Buffer.from(`${JSON.stringify({ type: 'ADDED', object })}\n`);
  await once(signal, 'abort');
}

function options(
  clock: ManualClock,
  access: ApiAccess,
  more: Partial<OperatorOptions & Surroundings> = {},
): OperatorOptions & Surroundings {
  const everything = allowList(['*']);
  return {
    namespaces: ['one', 'two'],
    labelSelector: undefined,
    concurrency: 4,
    lease: undefined,
    allowLists: { auth0Domains: everything, institutionHosts: everything },
    metrics: createMetrics(),
    log: createRecordedLog(),
    clock,
    monotonic: () => clock.now(),
    random: () => 0.5,
    access,
    ...more,
  };
}

async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 100) {
    clock.advance(Math.min(left, 100));
    await turn();
  }
}

describe('the operator', () => {
  it('works on no object before all are known', async () => {
    const clock = createManualClock();
    const stop = new AbortController();
    const server = objectServer([suspended('a', 'one'), suspended('b', 'two')], 'two');
    const operator = startOperator(options(clock, server.access), stop.signal);
    await pass(clock, 60_000);
    expect(server.written).to.deep.equal([]);
    server.release();
    await pass(clock, 60_000);
    expect(server.written).to.have.members(['one/a status', 'two/b status']);
    stop.abort(new Error('stopped'));
    await operator.done;
    expect(clock.sleepers()).to.equal(0);
  });

  describe('at its start', () => {
    const names = Array.from({ length: 13 }, (_, n) => `o${n}`);

    /** Starts the operator; gives how many writes it has made at once, and after each pause. */
    async function begun(
      server: ReturnType<typeof objectServer>,
      ...pauses: readonly number[]
    ): Promise<number[]> {
      const clock = createManualClock();
      const stop = new AbortController();
      const operator = startOperator(options(clock, server.access), stop.signal);
      const counts: number[] = [];
      for (const ms of [0, ...pauses]) {
        clock.advance(ms);
        for (let turns = 0; turns < 50; turns += 1) await turn();
        counts.push(server.written.length);
      }
      stop.abort(new Error('stopped'));
      await operator.done;
      return counts;
    }

    it('begins ten objects at once, and then one after another', async () => {
      const server = objectServer(names.map((name) => suspended(name, 'one')));
      expect(await begun(server, 25, 50, 50)).to.deep.equal([10, 11, 12, 13]);
    });

    it('lets all deleted objects go at once', async () => {
      const metadata = { deletionTimestamp: '2026-01-02T00:00:00Z', finalizers: [FINALIZER] };
      const server = objectServer(names.map((name) => suspended(name, 'one', metadata)));
      expect(await begun(server)).to.deep.equal([13]);
    });

    it('keeps none waiting for those that have nothing to do', async () => {
      const idle = names.map((name) => settled(name, 'one'));
      expect(await begun(objectServer([...idle, suspended('due', 'one')]))).to.deep.equal([1]);
    });

    it('keeps none waiting that is made later', async () => {
      const added = names.map((name) => suspended(name, 'one'));
      expect(await begun(objectServer([], undefined, added))).to.deep.equal([13]);
    });
  });

  it('ends also when the lease was lost before anybody listened', async () => {
    const lost = new LeaseLost('lost');
    expect(await rejection(rejectWhenLost({ lost: AbortSignal.abort(lost) }))).to.equal(lost);
  });

  it('without leader election may always write', async () => {
    const clock = createManualClock();
    const stop = new AbortController();
    const operator = startOperator(options(clock, objectServer([]).access), stop.signal);
    await pass(clock, 1000);
    expect(operator.mayWrite()).to.equal(undefined);
    stop.abort(new Error('stopped'));
    await operator.done;
  });

  describe('with leader election', () => {
    const lease = { namespace: 'n', name: 'l' };

    it('works only when it has the lease, and gives it up at the end', async () => {
      const clock = createManualClock();
      const stop = new AbortController();
      const leases = createLeaseServer();
      leases.set({
        metadata: { name: 'l', uid: 'u', resourceVersion: '1' },
        spec: { holderIdentity: 'another', leaseDurationSeconds: 15 },
      });
      const server = objectServer([suspended('a', 'one')]);
      const metrics = createMetrics();
      const leader = async () => (await metrics.leader.get()).values;
      const operator = startOperator(
        options(clock, server.access, { lease, leaseAccess: leases.access(), metrics }),
        stop.signal,
      );
      await pass(clock, 14_000);
      expect(server.written).to.deep.equal([]);
      expect(operator.isSilent()).to.equal(false);
      expect(await leader()).to.deep.equal([{ labels: { name: 'l' }, value: 0 }]);
      await pass(clock, 10_000);
      expect(server.written).to.deep.equal(['one/a status']);
      expect(await leader()).to.deep.equal([{ labels: { name: 'l' }, value: 1 }]);
      expect(leases.lease()?.['spec'])
        .to.have.property('holderIdentity')
        .that.matches(/^[^_]+_[0-9a-z]{9,10}$/);
      stop.abort(new Error('stopped'));
      await operator.done;
      expect(leases.lease()?.['spec']).to.have.property('holderIdentity', null);
      expect(clock.sleepers()).to.equal(0);
    });

    it('writes nothing and ends when the lease is lost', async () => {
      const clock = createManualClock();
      const leases = createLeaseServer();
      const operator = startOperator(
        options(clock, objectServer([]).access, { lease, leaseAccess: leases.access() }),
        new AbortController().signal,
      );
      const ended = rejection(operator.done);
      await pass(clock, 5000);
      expect(operator.mayWrite()).to.equal(undefined);
      leases.set({
        metadata: { name: 'l', uid: 'u', resourceVersion: '9' },
        spec: { holderIdentity: 'thief', leaseDurationSeconds: 15 },
      });
      await pass(clock, 3000);
      expect(() => operator.mayWrite()).to.throw(
        LeaseLost,
        'The lease is lost; nothing is written.',
      );
      expect(await ended).to.have.property('message', 'Another process has taken the lease');
      await pass(clock, 1000);
      expect(clock.sleepers()).to.equal(0);
      expect(leases.lease()?.['spec']).to.have.property('holderIdentity', 'thief');
    });
  });
});
