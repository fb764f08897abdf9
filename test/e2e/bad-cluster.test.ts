import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { startTcpProxy, type TcpProxy } from '../control-plane/tcp-proxy.ts';
import { startAuditedPlane, type AuditedPlane } from './audited-plane.ts';
import { isReady, type StoredObject } from './operator.ts';
import { expectNoSecretShown } from './secrets-shown.ts';
import { openStage, ROWS, type Stage } from './stage.ts';
import { expectInStep, makeUntidy, watchUntouched } from './untidy-tenant.ts';
import { withhold } from './withheld-rights.ts';
import { openWorld, type World } from './world.ts';

describe('a cluster in trouble', function () {
  this.timeout(240_000);
  let audited: AuditedPlane;
  let proxy: TcpProxy;
  let world: World;

  before(async () => {
    audited = await startAuditedPlane();
    proxy = await startTcpProxy({ target: audited.plane.server });
    world = await openWorld({ plane: audited.plane, server: proxy.url });
  });
  after(async () => {
    await world[Symbol.asyncDispose]();
    await proxy.stop();
    await audited[Symbol.asyncDispose]();
  });

  it('a Secret is not read for a host that is not allowed', async () => {
    const stage = await openStage(world);
    await stage.setSecret(stage.keys);
    await stage.apply({ auth0: { domain: stage.auth0.domain.replace('127.0.0.1', 'localhost') } });
    await stage.until((object) => isReady(object, 'False InvalidSpec'));
    expect(await audited.readings(stage.name)).to.equal(0);
    await stage.close();
  });

  it('a right to read Secrets that comes late is all that is missing', async () => {
    const giveBack = await withhold(world.operator, 'secrets');
    const stage = await openStage(world);
    makeUntidy(stage.auth0);
    await stage.setSecret(stage.keys);
    await stage.apply();
    const first = await stage.until((object) => isReady(object, 'False SecretNotFound'));
    await stage.until(({ status }) => status?.nextSyncTime !== first.status?.nextSyncTime, {
      since: stage.versions().length,
    });
    const [note, ...others] = await stage.events('SyncFailed', 1);
    expect(others).to.deep.equal([]);
    expect(note).to.match(/may not read Secret "trouble-\d+" in namespace .*get, list and watch/);
    expect(stage.auth0.requests.all()).to.deep.equal([]);
    await giveBack();
    await stage.until((object) => isReady(object));
    expectInStep(stage);
    expect(await audited.readings(stage.name)).to.be.above(0);
    await stage.close();
  });

  it('without the right to write the status nothing is begun, and the log says why', async () => {
    const giveBack = await withhold(world.operator, 'institutionsyncs/status');
    const stage = await openStage(world);
    makeUntidy(stage.auth0);
    await stage.setSecret(stage.keys);
    await stage.apply();
    const line = await world.operator.controller.untilLine(
      'Work on an object failed; it is tried again',
    );
    expect(JSON.stringify(line)).to.match(/cannot patch resource.*institutionsyncs\/status/);
    expect(stage.writes()).to.equal(0);
    await giveBack();
    await stage.until((object) => isReady(object));
    expectInStep(stage);
    await stage.close();
  });

  it('without the right to write events all is done, and the log says what is missing', async () => {
    const giveBack = await withhold(world.operator, 'events');
    const stage = await openStage(world);
    makeUntidy(stage.auth0);
    await stage.setSecret(stage.keys);
    await stage.apply();
    await stage.until((object) => isReady(object));
    expectInStep(stage);
    const line = await world.operator.controller.untilLine('An event could not be written');
    expect(line).to.include({ name: stage.name, reason: 'SyncSucceeded' });
    expect(JSON.stringify(line)).to.contain('events.k8s.io');
    await giveBack();
    await stage.close();
  });

  it('the API server is away in the middle of a sync: it ends all the same, once', async () => {
    let creations = 0;
    const stage: Stage = await openStage(world, {
      auth0: {
        // So slow that progress is to be reported while nobody can take the report.
        timeScale: 1.2,
        async onRequest({ method, path }) {
          if (method !== 'POST' || path !== '/api/v2/organizations') return;
          creations += 1;
          if (creations === 10) await proxy.refuse();
        },
      },
    });
    await stage.setSecret(stage.keys);
    await stage.apply();
    while (stage.auth0.organizations().length < ROWS.length) await sleep(200);
    const ended = 'sync finished';
    const isOver = () => world.operator.controller.lines.filter(isOf(stage, ended)).length > 0;
    while (!isOver()) await sleep(100);
    await proxy.resume();
    const { status } = await stage.until((object) => isReady(object));
    const { child } = world.operator.controller;
    expect([child.exitCode, child.signalCode]).to.deep.equal([null, null]);
    expect(status?.lastSync).to.include({ created: ROWS.length, failed: 0 });
    expect(status).not.to.have.property('progress');
    expect(creations).to.equal(ROWS.length);
    expect(await stage.events('SyncSucceeded', 1)).to.have.length(1);
    expect(await stage.events('SyncFailed')).to.deep.equal([]);
    await stage.close();
  });

  it('a status that is not true any more deceives nobody after a restart', async () => {
    const stage = await openStage(world);
    makeUntidy(stage.auth0);
    await stage.setSecret(stage.keys);
    await stage.apply();
    const well = await stage.until((object) => isReady(object));
    await world.operator.controller.stop();
    const [, ...rows] = ROWS;
    stage.the.setRows(rows);
    await writeStatus(stage, {
      ...well.status,
      nextSyncTime: '2999-01-01T00:00:00Z',
      lastSuccessTime: '2999-01-01T00:00:00Z',
      institutions: { total: 9, skipped: 9, digest: 'sha256:0' },
      organizations: { total: 9, managed: 9, inSync: 9, unmanaged: 9, conflicts: 9, held: 9 },
      heldChanges: { deletions: 9, updates: 9, planHash: 'sha256:0' },
    });
    const since = stage.versions().length;
    world.controllers.push(await world.operator.startController());
    const { status } = await stage.until(
      (object) => object.status?.organizations?.managed === rows.length,
      { since, timeoutMs: 30_000 },
    );
    expectInStep(stage);
    expect(status).not.to.have.property('heldChanges');
    expect(status?.institutions).to.include({ total: rows.length, skipped: 0 });
    expect(Date.parse(status?.nextSyncTime ?? '')).to.be.below(Date.now() + 60_000);
    await stage.close();
  });

  it('a failure that outlasts the controller is not told again', async () => {
    const stage = await openStage(world);
    makeUntidy(stage.auth0);
    const expectUntouched = watchUntouched(stage);
    await stage.setSecret(stage.keys);
    stage.the.fault('*', { kind: 'status', status: 404 }, Infinity);
    await stage.apply();
    const isFailure = (object: StoredObject) => isReady(object, 'False SourceUnavailable');
    const before = await stage.until(isFailure);
    await stage.events('SyncFailed', 1);
    await world.controllers.at(-1)?.stop();
    const since = stage.versions().length;
    world.controllers.push(await world.operator.startController());
    const after = await stage.until(
      (object) => object.status?.lastAttemptTime !== before.status?.lastAttemptTime,
      { since },
    );
    expect(after.status?.conditions).to.deep.equal(before.status?.conditions);
    expect(stage.versions().slice(since).every(isFailure)).to.equal(true);
    expectUntouched();
    stage.the.clearFaults();
    await stage.until((object) => isReady(object));
    expectInStep(stage);
    expect(await stage.events('SyncFailed', 1)).to.have.length(1);
    await stage.close();
  });

  it('no secret was shown in the log, a status or an event', () => expectNoSecretShown(world));
});

function isOf({ name }: Stage, message: string) {
  return (line: Readonly<Record<string, unknown>>) =>
    line['message'] === message && String(line['object']).endsWith(`/${name}`);
}

/** As a controller that ran before would have left it. */
async function writeStatus({ world, name }: Stage, status: object): Promise<void> {
  const { plane, namespace } = world.operator;
  const input = JSON.stringify({
    apiVersion: 'sync.timeshighereducation.com/v1alpha1',
    kind: 'InstitutionSync',
    metadata: { name, namespace },
    status,
  });
  const { code, stderr } = await plane.kubectl(
    ['apply', '--server-side', '--subresource=status', '--field-manager=institution-sync', '-f-'],
    { input },
  );
  expect(code, stderr).to.equal(0);
}
