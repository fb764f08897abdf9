import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { startControlPlane, type ControlPlane } from '../control-plane/start.ts';
import { startTcpProxy, type TcpProxy } from '../control-plane/tcp-proxy.ts';
import { conditionOf, isReady } from './operator.ts';
import { expectNoSecretShown } from './secrets-shown.ts';
import { openStage, ROWS, type Stage } from './stage.ts';
import { expectInStep, makeUntidy } from './untidy-tenant.ts';
import { openWorld, type World } from './world.ts';

const CRD = 'institutionsyncs.sync.timeshighereducation.com';

/** What the API server writes down: every request for Secrets. */
const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    { level: 'Metadata', resources: [{ group: '', resources: ['secrets'] }] },
    { level: 'None' },
  ],
};

interface AuditEvent {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly name?: string };
}

describe('a cluster in trouble', function () {
  this.timeout(240_000);
  let folder: string;
  let plane: ControlPlane;
  let proxy: TcpProxy;
  let world: World;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'institution-sync-audit-'));
    await writeFile(path.join(folder, 'policy.json'), JSON.stringify(AUDIT_POLICY));
    plane = await startControlPlane({
      apiServerFlags: {
        'audit-policy-file': path.join(folder, 'policy.json'),
        'audit-log-path': path.join(folder, 'audit.log'),
      },
    });
    proxy = await startTcpProxy({ target: plane.server });
    world = await openWorld({ plane, server: proxy.url });
  });
  after(async () => {
    await world[Symbol.asyncDispose]();
    await proxy.stop();
    await plane.stop();
    await rm(folder, { recursive: true });
  });

  async function kubectl(...args: string[]): Promise<string> {
    return world.operator.kubectl(...args);
  }

  /** The controller's requests for this Secret by name. */
  async function readings(secret: string): Promise<number> {
    const lines = (await readFile(path.join(folder, 'audit.log'), 'utf8')).trim().split('\n');
    return lines
      .map((line) => JSON.parse(line) as AuditEvent)
      .filter(({ verb, user, objectRef }) => {
        const isOurs = user.username.startsWith('system:serviceaccount:');
        return isOurs && verb === 'get' && objectRef?.name === secret;
      }).length;
  }

  /** Takes rules from the controller's role; the function it returns gives them back. */
  async function withhold(resource: string): Promise<() => Promise<void>> {
    const role = `${world.operator.namespace}-institution-sync`;
    interface Role {
      readonly rules: readonly { readonly resources: readonly string[] }[];
    }
    const { rules } = JSON.parse(await kubectl('get', 'role', role, '-o', 'json')) as Role;
    const left = rules.filter(({ resources }) => !resources.includes(resource));
    expect(left).to.have.length(rules.length - 1);
    const patch = async (value: Role['rules']) =>
      void (await kubectl(
        'patch',
        'role',
        role,
        '--type=merge',
        '-p',
        JSON.stringify({ rules: value }),
      ));
    await patch(left);
    return () => patch(rules);
  }

  it('a Secret is not read for a host that is not allowed', async () => {
    const stage = await openStage(world);
    await stage.setSecret(stage.keys);
    await stage.apply({ auth0: { domain: stage.auth0.domain.replace('127.0.0.1', 'localhost') } });
    await stage.until((object) => isReady(object, 'False InvalidSpec'));
    expect(await readings(stage.name)).to.equal(0);
    await stage.close();
  });

  it('a right to read Secrets that comes late is all that is missing', async () => {
    const giveBack = await withhold('secrets');
    const stage = await openStage(world);
    makeUntidy(stage.auth0);
    await stage.setSecret(stage.keys);
    await stage.apply();
    const first = await stage.until((object) => isReady(object, 'False SecretNotFound'));
    await stage.until(({ status }) => status?.nextSyncTime !== first.status?.nextSyncTime, {
      since: stage.versions().length,
    });
    const [note, ...others] = await stage.events('SyncFailed');
    expect(others).to.deep.equal([]);
    expect(note).to.match(/may not read Secret "trouble-\d+" in namespace .*get, list and watch/);
    expect(stage.auth0.requests.all()).to.deep.equal([]);
    await giveBack();
    await stage.until((object) => isReady(object));
    expectInStep(stage);
    expect(await readings(stage.name)).to.be.above(0);
    await stage.close();
  });

  it('without the right to write the status nothing is begun, and the log says why', async () => {
    const giveBack = await withhold('institutionsyncs/status');
    const stage = await openStage(world);
    makeUntidy(stage.auth0);
    await stage.setSecret(stage.keys);
    await stage.apply();
    const line = await world.operator.controller.untilLine(
      'Work on an object failed; it is tried again',
    );
    expect(JSON.stringify(line)).to.match(/institutionsyncs\/status.*forbidden|forbidden.*status/);
    expect(stage.writes()).to.equal(0);
    await giveBack();
    await stage.until((object) => isReady(object));
    expectInStep(stage);
    await stage.close();
  });

  it('the API server is away in the middle of a sync: it ends all the same, once', async () => {
    let creations = 0;
    const stage: Stage = await openStage(world, {
      auth0: {
        // So that progress is to be reported while nobody can take the report.
        timeScale: 1.2,
        async onRequest({ method, path: called }) {
          if (method !== 'POST' || called !== '/api/v2/organizations') return;
          creations += 1;
          if (creations === 10) await proxy.refuse();
        },
      },
    });
    await stage.setSecret(stage.keys);
    await stage.apply();
    while (stage.auth0.organizations().length < ROWS.length) await sleep(200);
    await sleep(1_000);
    const { child } = world.operator.controller;
    expect([child.exitCode, child.signalCode]).to.deep.equal([null, null]);
    await proxy.resume();
    const { status } = await stage.until((object) => isReady(object));
    expect(status?.lastSync).to.include({ created: ROWS.length, failed: 0 });
    expect(status).not.to.have.property('progress');
    expect(creations).to.equal(ROWS.length);
    expect(await stage.events('SyncFailed')).to.deep.equal([]);
    expect(await stage.events('SyncSucceeded')).to.have.length(1);
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
    const stale = {
      ...well.status,
      nextSyncTime: '2999-01-01T00:00:00Z',
      lastSuccessTime: '2999-01-01T00:00:00Z',
      institutions: { total: 9, skipped: 9, digest: 'sha256:0' },
      organizations: { total: 9, managed: 9, inSync: 9, unmanaged: 9, conflicts: 9, held: 9 },
      heldChanges: { deletions: 9, updates: 9, planHash: 'sha256:0' },
    };
    const patch = JSON.stringify({ status: stale });
    await kubectl(
      'patch',
      'isync',
      stage.name,
      '--subresource=status',
      '--type=merge',
      '-p',
      patch,
    );
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

  describe('with a newer version of the resource', () => {
    before(async () => {
      const schema = '/spec/versions/0/schema/openAPIV3Schema/properties/spec';
      const change = [
        { op: 'add', path: `${schema}/x-kubernetes-preserve-unknown-fields`, value: true },
        { op: 'add', path: `${schema}/properties/mode/enum/-`, value: 'Audit' },
      ];
      await kubectl('patch', 'crd', CRD, '--type=json', '-p', JSON.stringify(change));
    });

    it('fields that are not known do no harm', async () => {
      const stage = await openStage(world);
      makeUntidy(stage.auth0);
      await stage.setSecret(stage.keys);
      await stage.apply({ schedule: { cron: '* * * * *' } });
      const object = await stage.until((each) => isReady(each));
      expect(object.spec).to.have.property('schedule');
      expectInStep(stage);
      await stage.close();
    });

    it('a word that is not known is said to be one, and nothing is done', async () => {
      const stage = await openStage(world);
      makeUntidy(stage.auth0);
      await stage.setSecret(stage.keys);
      await stage.apply({ mode: 'Audit' });
      const object = await stage.until((each) => isReady(each, 'False InvalidSpec'));
      expect(conditionOf(object, 'Stalled')).to.equal('True InvalidSpec');
      const [note, ...others] = await stage.events('SyncFailed');
      expect(others).to.deep.equal([]);
      expect(note).to.match(/mode/);
      expect(stage.auth0.requests.all()).to.deep.equal([]);
      expect(stage.the.requests.all()).to.deep.equal([]);
      await stage.patch({ spec: { mode: 'Enforce' } });
      await stage.until((each) => isReady(each));
      expectInStep(stage);
      await stage.close();
    });
  });

  it('no secret was shown in the log, a status or an event', () => expectNoSecretShown(world));
});
