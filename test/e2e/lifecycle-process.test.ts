import { expect } from 'chai';
import { institutions } from '../sandbox/institutions.ts';
import { AMPLE_LIMITS, openGate, type Gate } from './gate.ts';
import { conditionOf, isReady, startOperator, type Operator } from './operator.ts';
import { startSubject, untilSeen, type Subject } from './subject.ts';

const COUNT = 60;
/** The token and eleven creations. */
const PASSES = 12;

describe('the controller as a process', function () {
  this.timeout(120_000);
  let operator: Operator;
  const rows = institutions(COUNT);

  before(async () => {
    operator = await startOperator();
  });
  after(() => operator[Symbol.asyncDispose]());

  async function restart(): Promise<void> {
    operator = { ...operator, controller: await operator.startController() };
  }

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

  /** Each institution has been created once, whoever did it. */
  async function expectCompleted(subject: Subject): Promise<void> {
    const { status } = await subject.until((object) => isReady(object));
    expect(status?.organizations).to.include({ managed: COUNT, inSync: COUNT, unmanaged: 0 });
    expect(subject.names()).to.deep.equal(rows.map(({ iid }) => iid).toSorted());
    const created = (code: number) =>
      subject.auth0.requests.count({ method: 'POST', endpoint: 'writes', status: code });
    expect(created(201)).to.equal(COUNT);
    expect(created(409)).to.equal(0);
  }

  it('told to stop in the middle, finishes the requests in flight; the next one goes on', async () => {
    const gate = openGate();
    await using subject = await startRun('terminated', gate);
    const { controller } = operator;
    const stopped = controller.stop('SIGTERM');
    await controller.untilLine('stopping');
    gate.open();
    expect(await stopped).to.equal(0);
    expect(controller.lines.at(-1)).to.include({ message: 'controller stopped' });

    const left = await subject.get();
    const made = subject.auth0.organizations().length;
    expect(made).to.be.within(PASSES, PASSES + 15);
    expect(left.status?.history?.[0]).to.include({ created: made, outcome: 'Interrupted' });
    expect(left.status).to.not.have.property('progress');
    expect(conditionOf(left, 'Reconciling')).to.equal('True Progressing');
    await restart();
    await expectCompleted(subject);
  });

  it('told to stop while Auth0 does not answer, still ends in time', async () => {
    const gate = openGate();
    await using subject = await startRun('hanging', gate);
    const startedAt = performance.now();
    expect(await operator.controller.stop('SIGTERM')).to.equal(0);
    expect(performance.now() - startedAt).to.be.below(25_000);
    // What was sent is carried out all the same, after nobody waits for it.
    gate.open();
    await restart();
    await expectCompleted(subject);
  });

  it('killed in the middle, loses and doubles nothing', async () => {
    const gate = openGate();
    await using subject = await startRun('killed', gate);
    await operator.controller.stop('SIGKILL');
    gate.open();
    await restart();
    await expectCompleted(subject);
  });

  it('killed in a routine run, goes on at once', async () => {
    const gate = openGate();
    await using subject = await startSubject(operator, 'routine', {
      rows: rows.slice(0, 20),
      auth0: { onRequest: gate.onRequest, limits: AMPLE_LIMITS },
    });
    await subject.applied({ nap: '1s' });
    gate.close('POST', 5);
    subject.the.setRows(rows);
    await gate.untilHeld();
    await operator.controller.stop('SIGKILL');
    gate.open();
    await restart();
    await subject.until(() => subject.auth0.organizations().length === COUNT);
    await expectCompleted(subject);
  });

  it('started anew, goes on with the nap where it was', async () => {
    await using subject = await startSubject(operator, 'napping', { rows });
    const before = await subject.applied();
    await operator.controller.stop();
    await restart();
    await using later = await startSubject(operator, 'later', { rows });
    await later.applied();
    const { status } = await subject.get();
    expect(status).to.deep.equal(before.status);
    expect(subject.auth0.requests.count({ endpoint: 'token' })).to.equal(1);
  });

  it('answers probes, and tells of its objects in metrics for as long as they live', async () => {
    const started = await operator.controller.untilLine('controller started');
    const get = async (address: unknown, path: string) => {
      const answer = await fetch(`http://${String(address)}${path}`);
      return { status: answer.status, text: await answer.text() };
    };
    for (const path of ['/livez', '/readyz', '/healthz']) {
      expect((await get(started['health'], path)).status, path).to.equal(200);
    }

    await using subject = await startSubject(operator, 'measured', { rows: rows.slice(0, 20) });
    subject.auth0.seed([{ name: 'a-customer' }]);
    await subject.applied({ limits: { deletions: 0 } });
    subject.the.setRows(rows.slice(0, 19));
    await subject.syncNow();
    await untilSeen(operator);
    const metrics = (await get(started['metrics'], '/metrics')).text;
    const of = `namespace="${operator.namespace}",name="measured"`;
    for (const line of [
      `institution_sync_institutions{${of}} 19`,
      `institution_sync_organizations{${of},state="managed"} 20`,
      `institution_sync_organizations{${of},state="in_sync"} 19`,
      `institution_sync_organizations{${of},state="unmanaged"} 1`,
      `institution_sync_organizations{${of},state="conflict"} 0`,
      `institution_sync_changes_total{${of},operation="create",result="success"} 20`,
      `institution_sync_changes_total{${of},operation="delete",result="failure"} 0`,
      `institution_sync_held_changes{${of},operation="delete"} 1`,
      `institution_sync_condition{${of},type="Ready",status="True"} 1`,
      `institution_sync_condition{${of},type="Ready",status="False"} 0`,
      `institution_sync_condition{${of},type="ChangesHeld",status="True"} 1`,
      `institution_sync_duration_seconds_count{${of}} 2`,
      'controller_runtime_reconcile_errors_total{controller="institutionsync"} 0',
    ]) {
      expect(metrics.split('\n'), line).to.include(line);
    }
    for (const pattern of [
      /^institution_sync_last_success_timestamp_seconds\{.*name="measured"\} 1\d{9}/m,
      /^institution_sync_auth0_requests_total\{endpoint="\w+",code="201"\} \d+/m,
      /^institution_sync_auth0_rate_limit_remaining\{endpoint="\w+"\} \d+/m,
      /^institution_sync_source_requests_total\{code="200"\} \d+/m,
      /^controller_runtime_reconcile_total\{controller="institutionsync",result="requeue_after"\} /m,
      /^controller_runtime_active_workers\{controller="institutionsync"\} \d+$/m,
      /^workqueue_depth\{name="institutionsync"\} 0$/m,
      /^controller_runtime_reconcile_time_seconds_bucket\{/m,
      /^workqueue_adds_total\{name="institutionsync"\} /m,
      /^workqueue_queue_duration_seconds_sum\{/m,
      /^workqueue_retries_total\{name="institutionsync"\} 0/m,
      /^rest_client_requests_total\{code="200",method="GET"\} /m,
      /^process_resident_memory_bytes /m,
    ]) {
      expect(metrics).to.match(pattern);
    }
    await operator.kubectl('delete', 'isync', subject.name);
    await using last = await startSubject(operator, 'last', { rows: rows.slice(0, 1) });
    await last.applied();
    const later = (await get(started['metrics'], '/metrics')).text;
    expect(later).to.not.include('name="measured"');
    expect(later).to.include('name="last"');
  });
});
