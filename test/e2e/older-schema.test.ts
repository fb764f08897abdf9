import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { customResourceDefinition } from '../../src/api/crd.ts';
import { startControlPlane, type ControlPlane } from '../control-plane/start.ts';
import { institutions } from '../sandbox/institutions.ts';
import { firstCrd, looseCrd } from './older-schema.ts';
import { conditionOf, isReady, startOperator, type Operator } from './operator.ts';
import { startSubject, type Subject } from './subject.ts';

// Its own control plane: the CustomResourceDefinition is one for the cluster.
describe('an object that an older schema stored', function () {
  this.timeout(120_000);
  let plane: ControlPlane;
  let operator: Operator;
  const rows = institutions(5);

  before(async () => {
    plane = await startControlPlane();
    operator = await startOperator({ plane });
    await operator.controller.stop();
  });
  after(async () => {
    await operator?.[Symbol.asyncDispose]();
    await plane?.stop();
  });

  /** Puts this definition in place, and waits until the API server takes `nap` accordingly. */
  async function define(crd: unknown, nap: string, accepts: boolean): Promise<void> {
    const input = JSON.stringify(crd);
    const { code, stderr } = await plane.kubectl(['replace', '-f', '-'], { input });
    expect(code, stderr).to.equal(0);
    const probe = JSON.stringify(operator.manifest('probe', { nap }));
    const args = ['-n', operator.namespace, 'create', '--dry-run=server', '-f', '-'];
    while (((await plane.kubectl(args, { input: probe })).code === 0) !== accepts) await sleep(50);
  }

  /** Lets an older schema store objects, and a controller work on them under the present one. */
  async function upgraded(older: unknown, store: () => Promise<void>): Promise<void> {
    await define(older, older === FIRST ? '1m' : 'soon', true);
    await store();
    await define(customResourceDefinition(), 'soon', false);
    operator = { ...operator, controller: await operator.startController() };
  }

  /** What kubectl says to a change of the spec; empty when it is made. */
  async function refusalOf(subject: Subject, spec: object): Promise<string> {
    const body = JSON.stringify({ spec });
    const args = ['-n', operator.namespace, 'patch', 'isync', subject.name, '--type=merge'];
    const { code, stderr } = await plane.kubectl([...args, '-p', body]);
    return code === 0 ? '' : stderr;
  }

  const FIRST = firstCrd();

  it('of the first version is served and reconciled', async () => {
    await using subject = await startSubject(operator, 'first', { rows });
    await upgraded(FIRST, () => subject.apply({ nap: '1h' }));
    await subject.until((object) => isReady(object));
    expect(subject.names()).to.have.length(rows.length);
    await operator.controller.stop();
  });

  it('without newer fields gets their defaults, and is reconciled', async () => {
    await using subject = await startSubject(operator, 'plain', { rows });
    await upgraded(looseCrd(), () => subject.apply({ nap: '1h' }));
    const { spec } = await subject.until((object) => isReady(object));
    expect(spec).to.deep.include({ driftInterval: '1h', deletionPolicy: 'Retain' });
    expect(spec['auth0']).to.include({ requestBudget: 100 });
    expect(subject.names()).to.have.length(rows.length);
    await operator.controller.stop();
  });

  it('with values that are refused by now is served, and says so in its status', async () => {
    await using subject = await startSubject(operator, 'refused', { rows });
    await upgraded(looseCrd(), () =>
      subject.apply({ nap: 'ten minutes', organizations: { metadata: ['web', 'motto'] } }),
    );
    const object = await subject.until((stored) => isReady(stored, 'False InvalidSpec'));
    expect(object.spec).to.include({ nap: 'ten minutes' });
    expect(conditionOf(object, 'Stalled')).to.equal('True InvalidSpec');
    expect(subject.auth0.requests.all()).to.deep.equal([]);
    await operator.controller.stop();
  });

  it('can be changed elsewhere, mended, and deleted', async () => {
    await using subject = await startSubject(operator, 'mended', { rows });
    await upgraded(looseCrd(), () =>
      subject.apply({ nap: 'ten minutes', organizations: { metadata: ['web', 'motto'] } }),
    );

    expect(await refusalOf(subject, { suspend: true })).to.equal('');
    expect(await refusalOf(subject, { nap: 'an hour' })).to.include('spec.nap');
    await operator.annotate(subject.name, 'a=b');
    const mended = { nap: '1h', suspend: false, organizations: { metadata: ['web'] } };
    expect(await refusalOf(subject, mended)).to.equal('');
    await subject.until((object) => isReady(object));
    expect(subject.names()).to.have.length(rows.length);
    await operator.kubectl('delete', 'isync', subject.name, '--timeout=30s');
  });
});
