import { expect } from 'chai';
import { institutions } from '../sandbox/institutions.ts';
import { AMPLE_LIMITS, openGate, type Gate } from './gate.ts';
import { conditionOf, isReady, startOperator, type Operator } from './operator.ts';
import { startSubject, untilSeen, type Subject } from './subject.ts';

const COUNT = 60;
/** The token and eleven creations. */
const PASSES = 12;

describe('in the middle of a run', function () {
  this.timeout(120_000);
  let operator: Operator;
  const rows = institutions(COUNT);

  before(async () => {
    operator = await startOperator();
  });
  after(() => operator[Symbol.asyncDispose]());

  const creations = ({ auth0 }: Subject, status?: number) =>
    auth0.requests.count({ method: 'POST', endpoint: 'writes', ...(status && { status }) });

  async function startRun(name: string, gate: Gate): Promise<Subject> {
    const subject = await startSubject(operator, name, {
      rows,
      auth0: { onRequest: gate.onRequest, limits: AMPLE_LIMITS },
    });
    gate.close('POST', PASSES);
    await subject.apply();
    await gate.untilHeld();
    return subject;
  }

  it('suspend stops after the requests in flight, and resume goes on', async () => {
    const gate = openGate();
    await using subject = await startRun('suspended', gate);
    await subject.suspend(true);
    await untilSeen(operator);
    const inFlight = creations(subject);
    expect(inFlight).to.be.within(PASSES, PASSES + 15);
    gate.open();

    const suspended = await subject.until(
      (object) => conditionOf(object, 'Suspended') === 'True Suspended',
    );
    expect(creations(subject, 201)).to.equal(inFlight);
    expect(subject.auth0.organizations()).to.have.length(inFlight);
    const { status } = suspended;
    expect(status).to.not.have.any.keys('progress', 'nextSyncTime');
    expect(status?.history?.map(({ created, outcome }) => [created, outcome])).to.deep.equal([
      [inFlight, 'Interrupted'],
    ]);
    expect(conditionOf(suspended, 'Ready')).to.equal('Unknown Progressing');
    expect(conditionOf(suspended, 'Reconciling')).to.equal(undefined);

    await operator.annotate(subject.name, 'sync.timeshighereducation.com/requestedAt=suspended');
    await untilSeen(operator);
    subject.auth0.requests.clear();
    await subject.suspend(false);
    const resumed = await subject.until((object) => isReady(object));
    expect(conditionOf(resumed, 'Suspended')).to.equal(undefined);
    expect(resumed.status?.lastHandledReconcileAt).to.equal('suspended');
    expect(creations(subject)).to.equal(COUNT - inFlight);
    expect(subject.names()).to.deep.equal(rows.map(({ iid }) => iid).toSorted());
  });

  it('a changed spec takes over', async () => {
    const gate = openGate();
    await using subject = await startRun('changed', gate);
    await subject.apply({ organizations: { metadata: ['country'] } });
    await untilSeen(operator);
    const inFlight = creations(subject);
    gate.open();

    const { status } = await subject.until((object) => isReady(object));
    expect(
      status?.history?.map(({ created, updated, outcome }) => [created, updated, outcome]),
    ).to.deep.equal([
      [COUNT - inFlight, inFlight, 'Succeeded'],
      [inFlight, 0, 'Interrupted'],
    ]);
    expect(status?.observedGeneration).to.equal(2);
    expect(creations(subject)).to.equal(COUNT);
    const countries = new Map(rows.map(({ iid, country }) => [iid, country]));
    for (const { name, metadata } of subject.auth0.organizations()) {
      expect(metadata).to.deep.equal({ institutionId: name, country: countries.get(name) });
    }
  });

  it('a deleted object ends after the requests in flight', async () => {
    const gate = openGate();
    await using subject = await startRun('deleted', gate);
    await operator.kubectl('delete', 'isync', subject.name);
    await untilSeen(operator);
    const inFlight = creations(subject);
    gate.open();
    await operator.controller.untilLine('sync interrupted');
    // Made anew under the same name, it is another object and completes the work.
    subject.auth0.requests.clear();
    const { status } = await subject.applied();
    expect(status?.lastSync?.created).to.equal(COUNT - inFlight);
    expect(status?.history).to.have.length(1);
    expect(creations(subject)).to.equal(COUNT - inFlight);
    expect(subject.names()).to.deep.equal(rows.map(({ iid }) => iid).toSorted());
  });
});
