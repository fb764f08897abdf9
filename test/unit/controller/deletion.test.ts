import { expect } from 'chai';
import { Fault } from '../../../src/api/fault.ts';
import { FINALIZER } from '../../../src/api/names.ts';
import { reconcileDeletion } from '../../../src/controller/deletion.ts';
import type { WatchedObject } from '../../../src/controller/watched-object.ts';
import { writes } from '../sync/memory-tenant.ts';
import { rejection } from '../sync/rejection.ts';
import { ids, organization, organizations } from '../sync/rows.ts';
import { spansOf } from '../telemetry/recorded-spans.ts';
import { watched } from './objects.ts';
import { NOW, openWorld, type World } from './reconcile-world.ts';

const NEVER = new AbortController().signal;

/** An object that has been deleted so many seconds ago. */
function deleted(spec = {}, secondsAgo = 0, finalizers = [FINALIZER]): WatchedObject {
  const deletionTimestamp = new Date(NOW - secondsAgo * 1000).toISOString();
  return watched({
    metadata: { deletionTimestamp, finalizers },
    spec: { deletionPolicy: 'Delete', ...spec },
  });
}

function seeded(): World {
  return openWorld([...organizations(ids(2)), organization('org_9', 'people', {})]);
}

describe('a deletion', () => {
  it('removes the managed organizations, says so, and lets the object go', async () => {
    const world = seeded();
    const object = deleted();
    const entry = await world.entryOf(object);
    expect(await reconcileDeletion(object, entry, world.context, NEVER)).to.equal(undefined);
    expect([...world.tenant.organizations.keys()]).to.deep.equal(['org_9']);
    expect(world.calls).to.deep.equal([
      'secret identity/auth0-credentials',
      'event OrganizationsRemoved',
      'finalizer off',
    ]);
    expect(world.events).to.deep.equal([
      {
        type: 'Normal',
        reason: 'OrganizationsRemoved',
        action: 'Remove',
        note: 'Removed 2 organizations, because deletionPolicy is Delete.',
      },
    ]);
    expect(world.clock.sleepers()).to.equal(0);
  });

  it('writes down each removal, and who made it', async () => {
    const world = seeded();
    const object = deleted();
    const entry = await world.entryOf(object);
    entry.run = { id: 'run-7', generation: 2, abort: new AbortController() };
    await reconcileDeletion(object, entry, world.context, NEVER);
    expect(world.log.lines).to.have.length(2);
    expect(world.log.lines[0]?.message).to.equal('organization changed');
    expect(world.log.lines[0]?.fields).to.include({
      sync: 'run-7',
      operation: 'delete',
      organizationId: 'org_i-1',
      tenant: 'acme.eu.auth0.com',
      instance: 'pod-1',
      correlationId: 'run-7',
    });
  });

  it('is shown in a trace, under the id of its lines in the log', async () => {
    const world = seeded();
    const object = deleted();
    const entry = await world.entryOf(object);
    entry.run = { id: 'run-7', generation: 2, abort: new AbortController() };
    const spans = await spansOf(() => reconcileDeletion(object, entry, world.context, NEVER));
    expect(spans.map(({ name }) => name)).to.deep.equal(['removal']);
    expect(spans[0]?.attributes).to.deep.equal({
      'institution_sync.sync.id': 'run-7',
      'institution_sync.object.namespace': 'identity',
      'institution_sync.object.name': 'world',
    });
  });

  it('that no sync was begun for has an id of its own in the log', async () => {
    const world = seeded();
    const object = deleted();
    const entry = await world.entryOf(object);
    await reconcileDeletion(object, entry, world.context, NEVER);
    expect(world.log.lines[0]?.fields).to.include({ sync: 'sync-1', correlationId: 'sync-1' });
  });

  it('is not ours without our finalizer', async () => {
    const world = seeded();
    const object = deleted({}, 0, ['theirs/finalizer']);
    const entry = await world.entryOf(object);
    expect(await reconcileDeletion(object, entry, world.context, NEVER)).to.equal(undefined);
    expect(world.calls).to.deep.equal([]);
    expect(world.tenant.calls).to.deep.equal([]);
  });

  for (const [what, spec] of [
    ['deletionPolicy Retain', { deletionPolicy: 'Retain' }],
    ['mode Plan', { mode: 'Plan' }],
  ] as const) {
    it(`leaves the organizations with ${what}`, async () => {
      const world = seeded();
      const object = deleted(spec);
      const entry = await world.entryOf(object);
      expect(await reconcileDeletion(object, entry, world.context, NEVER)).to.equal(undefined);
      expect(world.calls).to.deep.equal(['finalizer off']);
      expect(world.tenant.calls).to.deep.equal([]);
    });
  }

  it('leaves the organizations to an older object of the tenant, at once', async () => {
    const world = seeded();
    const creationTimestamp = '2025-01-01T00:00:00Z';
    const older = { uid: 'u', namespace: 'theirs', name: 'older', creationTimestamp };
    world.claims = [{ metadata: older, spec: { auth0: { domain: 'acme.eu.auth0.com' } } }];
    const object = deleted();
    const entry = await world.entryOf(object);
    expect(await reconcileDeletion(object, entry, world.context, NEVER)).to.equal(undefined);
    expect(world.tenant.calls).to.deep.equal([]);
    expect(world.calls.at(-1)).to.equal('finalizer off');
    const note = 'The organizations stay: an older InstitutionSync works on the same tenant.';
    expect(world.events.at(-1)).to.deep.equal({
      type: 'Warning',
      reason: 'OrganizationsLeftBehind',
      action: 'Remove',
      note,
    });
    expect(world.statuses.at(-1)?.conditions?.[0]).to.include({ reason: 'TenantConflict' });
    expect(world.log.lines).to.deep.include({
      level: 'warn',
      message: 'organizations left behind',
      fields: { reason: 'TenantConflict', detail: note },
    });
  });

  it('removes with the credentials of the last sync when the Secret went with the object', async () => {
    const world = seeded();
    const object = deleted();
    const entry = await world.entryOf(object);
    world.secret = undefined;
    await reconcileDeletion(object, entry, world.context, NEVER);
    expect([...world.tenant.organizations.keys()]).to.deep.equal(['org_9']);
  });

  it('does not take old credentials when the Secret has unusable ones', async () => {
    const world = seeded();
    const object = deleted();
    const entry = await world.entryOf(object);
    world.secret = { AUTH0_CLIENT_ID: 'alone' };
    expect(await reconcileDeletion(object, entry, world.context, NEVER)).to.be.a('number');
    expect(world.tenant.calls).to.deep.equal([]);
    expect(world.statuses.at(-1)?.conditions?.[0]).to.include({ reason: 'SecretInvalid' });
  });

  it('waits for a Secret that is not there, longer each time, and says what is missing', async () => {
    const world = seeded();
    const object = deleted();
    const entry = await world.entryOf(object);
    entry.session = undefined;
    world.secret = undefined;
    const waits: (number | undefined)[] = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      waits.push(await reconcileDeletion(object, entry, world.context, NEVER));
      expect(entry.nextAt).to.equal(NOW + (waits.at(-1) ?? 0));
    }
    expect(waits).to.deep.equal([3750, 7500, 15_000]);
    expect(entry.failures).to.equal(3);
    expect(world.calls).to.not.include('finalizer off');
    expect(world.statuses.at(-1)?.conditions?.[0]).to.include({ reason: 'SecretNotFound' });
  });

  it('gives up after a minute without a Secret, and says what is left behind', async () => {
    const world = seeded();
    const object = deleted({}, 60);
    const entry = await world.entryOf(object);
    entry.session = undefined;
    world.secret = undefined;
    expect(await reconcileDeletion(object, entry, world.context, NEVER)).to.equal(undefined);
    expect(world.tenant.calls).to.deep.equal([]);
    expect(world.calls.at(-1)).to.equal('finalizer off');
    expect(world.events.at(-1)).to.include({ reason: 'OrganizationsLeftBehind' });
    expect(world.events.at(-1)?.note).to.match(
      /^The managed organizations of acme\.eu\.auth0\.com are left behind\. There is no Secret /,
    );
  });

  it('tries again for ever while Auth0 refuses, and lets nothing go', async () => {
    const world = seeded();
    world.tenant.faults.set('DELETE org_i-1', 403);
    const object = deleted({}, 86_400);
    const entry = await world.entryOf(object);
    expect(await reconcileDeletion(object, entry, world.context, NEVER)).to.be.within(1, 30_000);
    expect(world.calls).to.not.include('finalizer off');
    expect(world.tenant.organizations.has('org_i-1')).to.equal(true);
  });

  it('tries again while Auth0 is away', async () => {
    const world = seeded();
    world.tenant.faults.set('LIST', new Fault('TargetUnavailable', 'away'));
    const object = deleted({}, 86_400);
    const entry = await world.entryOf(object);
    expect(await reconcileDeletion(object, entry, world.context, NEVER)).to.be.within(1, 30_000);
    expect(world.statuses.at(-1)?.conditions?.[0]).to.include({ reason: 'TargetUnavailable' });
    expect(world.clock.sleepers()).to.equal(0);
  });

  it('rejects when the API server fails, and when it is stopped', async () => {
    const world = seeded();
    const object = deleted();
    const entry = await world.entryOf(object);
    const down = new Error('down');
    world.before = () => {
      throw down;
    };
    expect(await rejection(reconcileDeletion(object, entry, world.context, NEVER))).to.equal(down);
    world.before = () => {};
    const stopped = AbortSignal.abort(new Error('stopped'));
    const removing = reconcileDeletion(object, entry, world.context, stopped);
    expect(await rejection(removing)).to.equal(stopped.reason);
    expect(writes(world.tenant)).to.deep.equal([]);
    expect(world.calls).to.not.include('finalizer off');
  });

  it('shows how far it is', async () => {
    const world = seeded();
    const object = deleted();
    const entry = await world.entryOf(object);
    world.tenant.before = async (line) => {
      if (line !== 'DELETE org_i-1') return;
      world.clock.advance(10_000);
      while (world.statuses.length === 0) await Promise.resolve();
    };
    await reconcileDeletion(object, entry, world.context, NEVER);
    expect(world.statuses[0]?.progress).to.include({ phase: 'Applying', total: 2 });
  });
});
