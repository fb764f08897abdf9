import { expect } from 'chai';
import { Fault } from '../../../src/api/fault.ts';
import { FINALIZER, REQUESTED_AT_ANNOTATION } from '../../../src/api/names.ts';
import type { InstitutionSyncStatus } from '../../../src/api/status.ts';
import { newEntry, type Entry } from '../../../src/controller/entry.ts';
import { reconcile } from '../../../src/controller/reconcile.ts';
import { writes } from '../sync/memory-tenant.ts';
import { rejection } from '../sync/rejection.ts';
import { ids, organizations } from '../sync/rows.ts';
import { spansOf } from '../telemetry/recorded-spans.ts';
import { condition, watched } from './objects.ts';
import { NOW, openWorld, type World } from './reconcile-world.ts';

const NEVER = new AbortController().signal;
/** The default nap, with the world's jitter. */
const NAP_MS = 3_600_000;

const settled: InstitutionSyncStatus = {
  observedGeneration: 2,
  nextSyncTime: '2026-02-01T00:10:00Z',
  conditions: [condition('Ready', 'True', 'Synced')],
};

function readyOf(status: InstitutionSyncStatus | undefined) {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}

/** Has the API server fail from now on, for calls that begin like this. */
function fail(world: World, start: string): Error {
  const down = new Error('down');
  world.before = (line) => {
    if (line.startsWith(start)) throw down;
  };
  return down;
}

/** Has the object change when the sync reads its Secret, before anything else. */
function changeBeforeSync(world: World, entry: Entry): void {
  world.before = (line) => {
    if (!line.startsWith('secret')) return;
    entry.run?.abort.abort(new Error('changed'));
    throw new Error('cut off');
  };
}

describe('reconcile', () => {
  it('syncs, publishes what came of it, and naps', async () => {
    const world = openWorld(organizations(ids(2)), ['i-1', 'i-3']);
    const object = watched({ spec: { limits: { deletions: '100%' } } });
    const entry = await world.entryOf(object);
    const afterMs = await reconcile(object, entry, world.context, NEVER);
    expect(afterMs).to.be.within(NAP_MS / 2, NAP_MS * 1.5);
    expect(entry.nextAt).to.equal(NOW + (afterMs ?? 0));
    expect(writes(world.tenant)).to.deep.equal(['POST i-3', 'DELETE org_i-2']);
    expect(readyOf(world.statuses[0])).to.include({ reason: 'Progressing' });
    expect(readyOf(world.statuses.at(-1))).to.include({ status: 'True', reason: 'Synced' });
    expect(world.statuses.at(-1)?.lastSync).to.include({ id: 'sync-1', created: 1, deleted: 1 });
    expect(Date.parse(world.statuses.at(-1)?.nextSyncTime ?? '')).to.be.closeTo(entry.nextAt, 1000);
    expect(entry).to.include({ run: undefined, unpublished: undefined, failures: 0 });
    expect(world.clock.sleepers()).to.equal(0);
  });

  it('leaves a deleted object to its deletion', async () => {
    const world = openWorld(organizations(ids(2)), ['i-1']);
    const metadata = { deletionTimestamp: '2026-01-31T00:00:00Z', finalizers: [FINALIZER] };
    const object = watched({ metadata });
    const entry = await world.entryOf(object);
    expect(await reconcile(object, entry, world.context, NEVER)).to.equal(undefined);
    expect(world.calls).to.deep.equal(['finalizer off']);
    expect(world.tenant.calls).to.deep.equal([]);
  });

  for (const [what, spec, finalizers, expected] of [
    ['on when the organizations are to go with the object', 'Delete', [], ['finalizer on']],
    ['off when they are to stay', 'Retain', [FINALIZER], ['finalizer off']],
    ['nowhere when it is there', 'Delete', [FINALIZER], []],
    ['nowhere when none is wanted', 'Retain', [], []],
  ] as const) {
    it(`puts the finalizer ${what}`, async () => {
      const world = openWorld();
      const object = watched({
        metadata: { finalizers },
        spec: { deletionPolicy: spec },
        status: settled,
      });
      const entry = await world.entryOf(object);
      await reconcile(object, entry, world.context, NEVER);
      expect(world.calls).to.deep.equal(expected);
    });
  }

  it('starts nothing while suspended, and says so', async () => {
    const world = openWorld(organizations(ids(2)), ['i-1']);
    const object = watched({ spec: { suspend: true } });
    const entry = await world.entryOf(object);
    expect(await reconcile(object, entry, world.context, NEVER)).to.equal(undefined);
    expect(world.calls).to.deep.equal(['status']);
    expect(world.statuses[0]?.conditions?.map(({ type }) => type)).to.include('Suspended');
    expect(world.tenant.calls).to.deep.equal([]);
  });

  it('waits for what is left of the nap', async () => {
    const world = openWorld(organizations(ids(2)), ['i-1']);
    const object = watched({ status: settled });
    const entry = await world.entryOf(object);
    expect(await reconcile(object, entry, world.context, NEVER)).to.equal(600_000);
    expect(world.calls).to.deep.equal([]);
    expect(world.tenant.calls).to.deep.equal([]);
  });

  it('answers a request for a sync', async () => {
    const world = openWorld(organizations(ids(1)), ['i-1']);
    const annotations = { [REQUESTED_AT_ANNOTATION]: 'now' };
    const object = watched({ metadata: { annotations }, status: settled });
    const entry = await world.entryOf(object);
    await reconcile(object, entry, world.context, NEVER);
    expect(world.statuses.at(-1)).to.include({ lastHandledReconcileAt: 'now' });
    expect(entry.answered).to.deep.equal(['now']);
    expect(await reconcile(object, entry, world.context, NEVER)).to.be.within(1, NAP_MS * 1.5);
    expect(world.tenant.calls.filter((line) => line.startsWith('LIST'))).to.have.length(1);
  });

  it('tries again soon after a fault, later each time, and not after a nap', async () => {
    const world = openWorld();
    world.secret = undefined;
    const object = watched();
    const entry = newEntry(object);
    const waits: (number | undefined)[] = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      waits.push(await reconcile(object, entry, world.context, NEVER));
      world.clock.advance(waits.at(-1) ?? 0);
    }
    expect(waits).to.deep.equal([3750, 7500, 15_000]);
    expect(entry.failures).to.equal(3);
    expect(readyOf(world.statuses.at(-1))).to.include({ reason: 'SecretNotFound' });
    world.secret = { AUTH0_ACCESS_TOKEN: 'token' };
    entry.session = (await world.entryOf(object)).session;
    world.tenant.faults.set('LIST', new Fault('TargetUnavailable', 'away'));
    expect(await reconcile(object, entry, world.context, NEVER)).to.equal(30_000);
    expect(entry.failures).to.equal(4);
    world.clock.advance(30_000);
    world.tenant.faults.clear();
    await reconcile(object, entry, world.context, NEVER);
    expect(entry.failures).to.equal(0);
    expect(readyOf(world.statuses.at(-1))).to.include({ reason: 'Synced' });
  });

  it('stops for a change of the object, and is called again at once', async () => {
    const world = openWorld(organizations(ids(40)), ['i-1']);
    const object = watched({ spec: { limits: { deletions: '100%' } } });
    const entry = await world.entryOf(object);
    world.tenant.after = (line) => {
      if (line.startsWith('DELETE')) entry.run?.abort.abort(new Error('changed'));
    };
    expect(await reconcile(object, entry, world.context, NEVER)).to.equal(0);
    const done = writes(world.tenant).length;
    expect(done).to.be.within(1, 16);
    expect(world.statuses.at(-1)?.lastSync).to.include({ deleted: done });
    expect(world.statuses.at(-1)?.history?.[0]).to.include({ outcome: 'Interrupted' });
    expect(entry).to.include({ run: undefined, nextAt: NOW, syncedGeneration: undefined });
  });

  it('stops for a change also before the sync has begun', async () => {
    const world = openWorld();
    const object = watched();
    const entry = newEntry(object);
    changeBeforeSync(world, entry);
    expect(await reconcile(object, entry, world.context, NEVER)).to.equal(0);
    expect(world.tenant.calls).to.deep.equal([]);
    expect(readyOf(world.statuses.at(-1))).to.include({ status: 'Unknown' });
  });

  it('stops for a change also while it writes to the object', async () => {
    const world = openWorld();
    const object = watched({ spec: { deletionPolicy: 'Delete' } });
    const entry = await world.entryOf(object);
    world.before = () => {
      entry.run?.abort.abort(new Error('changed'));
      throw new Error('cut off');
    };
    expect(await reconcile(object, entry, world.context, NEVER)).to.equal(0);
    expect(world.calls).to.deep.equal(['finalizer on']);
  });

  it('stops with the process also before the sync has begun', async () => {
    const world = openWorld();
    const object = watched();
    const stop = new AbortController();
    world.before = (line) => {
      if (!line.startsWith('secret')) return;
      stop.abort(new Error('stopped'));
      throw new Error('cut off');
    };
    expect(await reconcile(object, newEntry(object), world.context, stop.signal)).to.equal(0);
    expect(world.tenant.calls).to.deep.equal([]);
  });

  it('waits as long as it takes for the API server, unless the process stops', async () => {
    const world = openWorld();
    const object = watched();
    const entry = await world.entryOf(object);
    const { api } = world.context;
    const slow = {
      ...api,
      async writeStatus(...write: Parameters<typeof api.writeStatus>) {
        for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
        world.clock.advance(60_000);
        for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
        return api.writeStatus(...write);
      },
    };
    const afterMs = await reconcile(object, entry, { ...world.context, api: slow }, NEVER);
    expect(afterMs).to.be.above(0);
    expect(entry.unpublished).to.equal(undefined);
  });

  it('reads the whole tenant again only when a person asks for a sync', async () => {
    const world = openWorld(organizations(ids(1)), ['i-1']);
    const readings = () => world.tenant.calls.filter((line) => line.startsWith('LIST')).length;
    const object = watched();
    const entry = await world.entryOf(object);
    await reconcile(object, entry, world.context, NEVER);
    expect(readings()).to.equal(1);
    entry.wake = true;
    await reconcile(object, entry, world.context, NEVER);
    expect(readings()).to.equal(1);
    const annotations = { [REQUESTED_AT_ANNOTATION]: 'now' };
    await reconcile(watched({ metadata: { annotations } }), entry, world.context, NEVER);
    expect(readings()).to.equal(2);
  });

  describe('is shown in a trace', () => {
    /** The attributes of the one span of a reconciliation. */
    async function traced(work: () => Promise<unknown>) {
      const [span, ...others] = await spansOf(work);
      expect(others).to.deep.equal([]);
      expect(span?.name).to.equal('sync');
      expect(span?.attributes).to.include({
        'institution_sync.sync.id': 'sync-1',
        'institution_sync.object.namespace': 'identity',
        'institution_sync.object.name': 'world',
      });
      return span?.attributes;
    }

    it('with what it did', async () => {
      const world = openWorld([], ['i-1']);
      const object = watched();
      const entry = await world.entryOf(object);
      let id = 0;
      const context = { ...world.context, newId: () => `sync-${(id += 1)}` };
      expect(await traced(() => reconcile(object, entry, context, NEVER))).to.include({
        'institution_sync.outcome': 'Succeeded',
        'institution_sync.created': 1,
      });
    });

    it('with what kept it from beginning', async () => {
      const world = openWorld();
      world.secret = undefined;
      const object = watched();
      const attributes = await traced(() =>
        reconcile(object, newEntry(object), world.context, NEVER),
      );
      expect(attributes).to.include({
        'institution_sync.outcome': 'Failed',
        'error.type': 'SecretNotFound',
      });
    });

    it('without an outcome when it was stopped before it began', async () => {
      const world = openWorld();
      const object = watched();
      const entry = newEntry(object);
      changeBeforeSync(world, entry);
      const attributes = await traced(() => reconcile(object, entry, world.context, NEVER));
      expect(attributes).to.not.have.property('institution_sync.outcome');
    });
  });

  it('has a last word when the process stops', async () => {
    const world = openWorld(organizations(ids(40)), ['i-1']);
    const object = watched({
      metadata: { annotations: { [REQUESTED_AT_ANNOTATION]: 'now' } },
      spec: { limits: { deletions: '100%' } },
    });
    const entry = await world.entryOf(object);
    const stop = new AbortController();
    world.tenant.after = (line) => {
      if (line.startsWith('DELETE')) stop.abort(new Error('stopped'));
    };
    expect(await reconcile(object, entry, world.context, stop.signal)).to.equal(0);
    expect(world.statuses.at(-1)?.history?.[0]).to.include({ outcome: 'Interrupted' });
    // The next process is to answer the request.
    expect(world.statuses.at(-1)).to.not.have.property('lastHandledReconcileAt');
    expect(entry.answered).to.deep.equal([]);
    expect(world.clock.sleepers()).to.equal(0);
  });

  it('does not wait long for its last word', async () => {
    const world = openWorld(organizations(ids(2)), ['i-1']);
    const object = watched({ spec: { limits: { deletions: '100%' } } });
    const entry = await world.entryOf(object);
    const stop = new AbortController();
    world.tenant.after = (line) => {
      if (line.startsWith('DELETE')) stop.abort(new Error('stopped'));
    };
    const { api } = world.context;
    const hanging = {
      ...world.context,
      api: {
        ...api,
        writeStatus: (...[about, status, signal]: Parameters<typeof api.writeStatus>) =>
          stop.signal.aborted
            ? new Promise<void>(() => {})
            : api.writeStatus(about, status, signal),
      },
    };
    const stopped = rejection(reconcile(object, entry, hanging, stop.signal));
    await world.clock.sleeping({ from: 5000, to: 5000 });
    while (!stop.signal.aborted) await Promise.resolve();
    for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
    world.clock.advance(5000);
    expect(await stopped).to.have.property(
      'message',
      'The status could not be written before the end',
    );
  });

  it('publishes an outcome again that the API server did not take, before anything else', async () => {
    const world = openWorld(organizations(ids(1)), ['i-1']);
    const object = watched();
    const entry = await world.entryOf(object);
    const annotated = watched({ metadata: { annotations: { [REQUESTED_AT_ANNOTATION]: 'now' } } });
    let written = 0;
    const down = new Error('down');
    world.before = (line) => {
      if (line !== 'status') return;
      written += 1;
      if (written === 2) throw down;
    };
    expect(await rejection(reconcile(annotated, entry, world.context, NEVER))).to.equal(down);
    expect(entry.unpublished).to.not.equal(undefined);
    expect(entry.answered).to.deep.equal([]);
    const calls = world.tenant.calls.length;
    const finished = () =>
      world.log.lines.filter(({ message }) => message === 'sync finished').length;
    expect(finished()).to.equal(1);
    expect(await reconcile(annotated, entry, world.context, NEVER)).to.be.above(NAP_MS / 2);
    expect(world.statuses.at(-1)).to.include({ lastHandledReconcileAt: 'now' });
    expect(entry).to.include({ unpublished: undefined });
    expect(entry.answered).to.deep.equal(['now']);
    // No second sync, and no second line of the one.
    expect(world.tenant.calls).to.have.length(calls);
    expect(finished()).to.equal(1);
  });

  it('keeps what called for a sync when the API server fails before it begins', async () => {
    const world = openWorld();
    const object = watched({ status: settled });
    const entry = await world.entryOf(object);
    entry.wake = true;
    const down = fail(world, 'secret');
    expect(await rejection(reconcile(object, entry, world.context, NEVER))).to.equal(down);
    expect(entry).to.include({ wake: true, run: undefined });
    world.before = () => {};
    entry.wake = false;
    entry.nextAt = NOW;
    fail(world, 'secret');
    expect(await rejection(reconcile(object, entry, world.context, NEVER))).to.be.an('error');
    expect(entry.wake).to.equal(false);
  });

  it('is woken once by what changed outside', async () => {
    const world = openWorld(organizations(ids(1)), ['i-1']);
    const object = watched({ status: settled });
    const entry = await world.entryOf(object);
    entry.wake = true;
    await reconcile(object, entry, world.context, NEVER);
    expect(entry.wake).to.equal(false);
    expect(world.tenant.calls).to.include('LIST 0');
  });

  it('looks slowly at a spec that cannot be read', async () => {
    const world = openWorld();
    const object = watched({ spec: { nap: 'a fortnight' } });
    const entry = newEntry(object);
    expect(await reconcile(object, entry, world.context, NEVER)).to.be.within(200_000, 400_000);
    expect(readyOf(world.statuses.at(-1))).to.include({ reason: 'InvalidSpec' });
  });
});
