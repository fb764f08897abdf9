import { hostname } from 'node:os';
import { expect } from 'chai';
import { institutions } from '../sandbox/institutions.ts';
import { startCollector, type Collector } from '../sandbox/otlp/start.ts';
import type { ControllerProcess } from './controller-process.ts';
import { startOperator, type Operator } from './operator.ts';
import { startSubject } from './subject.ts';

type Line = ControllerProcess['lines'][number];

describe('the record of what the controller does', function () {
  this.timeout(120_000);
  const rows = institutions(4);
  let operator: Operator;
  let collector: Collector;
  let controller: ControllerProcess;

  before(async () => {
    collector = await startCollector();
    operator = await startOperator();
    await operator.controller.stop();
    controller = await operator.startController({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  });
  after(async () => {
    await operator[Symbol.asyncDispose]();
    await collector[Symbol.asyncDispose]();
  });

  const changesOf = (name: string, operation?: string): readonly Line[] =>
    controller.lines.filter(
      (line) =>
        line['message'] === 'organization changed' &&
        line['object'] === `${operator.namespace}/${name}` &&
        (operation === undefined || line['operation'] === operation),
    );

  /** The log and the API are two ways: what was told on the one may not have come on the other. */
  const finished = (id: string | undefined): Promise<Line> =>
    controller.untilLine('sync finished', { sync: id });

  it('has a line for each change: who, what, before, after, and the id that Auth0 logs', async () => {
    await using subject = await startSubject(operator, 'audited', { rows });
    const spec = { auth0: { connections: [{ name: 'users' }] }, limits: { deletions: '100%' } };
    subject.auth0.addConnection({ name: 'users', strategy: 'auth0' });
    const made = await subject.applied({ limits: spec.limits });
    await finished(made.status?.lastSync?.id);
    const [first, second] = rows;
    if (first === undefined || second === undefined) throw new Error('the sample is empty');
    const who = (syncId: string | undefined) => ({
      object: `${operator.namespace}/audited`,
      sync: syncId,
      correlationId: syncId,
      tenant: subject.auth0.domain,
      clientId: subject.auth0.clientId,
      instance: hostname(),
    });

    expect(changesOf('audited')).to.have.length(4);
    const { iid } = first;
    const creation = changesOf('audited').find((line) => line['institutionId'] === iid);
    const organization = subject.auth0.organizations().find(({ name }) => name === iid);
    expect(creation).to.deep.include({
      level: 'info',
      operation: 'create',
      organizationId: organization?.id,
      organizationName: iid,
      before: null,
      after: {
        name: iid,
        display_name: organization?.display_name,
        metadata: { institutionId: iid },
      },
      ...who(made.status?.lastSync?.id),
    });

    subject.the.setRows([{ ...first, name: 'Renamed' }, ...rows.slice(2)]);
    const changed = await subject.syncNow();
    await finished(changed.status?.lastSync?.id);
    expect(changesOf('audited', 'update')[0]).to.deep.include({
      organizationId: organization?.id,
      before: { display_name: organization?.display_name },
      after: { display_name: 'Renamed' },
      ...who(changed.status?.lastSync?.id),
    });
    const [removal] = changesOf('audited', 'delete');
    expect(removal).to.deep.include({ after: null, institutionId: second['iid'] });
    expect(removal?.['before']).to.include.keys('id', 'name', 'display_name', 'metadata');

    const enabled = await subject.applied(spec);
    await finished(enabled.status?.lastSync?.id);
    const [connection] = changesOf('audited', 'connect');
    expect(connection).to.deep.include({ before: null, ...who(enabled.status?.lastSync?.id) });
    expect(connection?.['after']).to.include({ assign_membership_on_login: false });

    const sent = subject.auth0.requests
      .all()
      .filter(({ method, endpoint }) => method !== 'GET' && endpoint !== 'token')
      .map(({ correlationId }) => correlationId);
    const logged = changesOf('audited').map(({ correlationId }) => correlationId);
    expect(sent).to.have.members(logged);
  });

  it('covers the removal of everything, when an object is deleted', async () => {
    await using subject = await startSubject(operator, 'deleted', { rows });
    await subject.applied({ deletionPolicy: 'Delete' });
    await operator.kubectl('delete', 'isync', 'deleted', '--wait=false');
    await operator.untilGone('deleted');
    const object = `${operator.namespace}/deleted`;
    for (const { iid: institutionId } of rows) {
      const fields = { object, operation: 'delete', institutionId };
      await controller.untilLine('organization changed', fields);
    }
    const removals = changesOf('deleted', 'delete');
    expect(removals).to.have.length(4);
    for (const line of removals) {
      expect(line['correlationId']).to.match(/^[\da-f-]{36}$/);
      expect(line).to.include({ sync: line['correlationId'], tenant: subject.auth0.domain });
    }
  });

  it('is exported as traces, the last of them when the controller stops', async () => {
    await using subject = await startSubject(operator, 'traced', { rows });
    const { status } = await subject.applied();
    await subject.applied({ institutions: { minimum: 100 } }, 'False SourceInvalid');
    const ended = await finished(status?.lastSync?.id);
    expect(await controller.stop()).to.equal(0);

    const syncs = collector.spans.filter(
      ({ name, attributes }) =>
        name === 'sync' && attributes['institution_sync.object.name'] === 'traced',
    );
    const good = syncs.find(({ spanId }) => spanId === ended['span_id']);
    const bad = syncs.find(({ error }) => error);
    expect(good?.attributes).to.include({
      'institution_sync.object.namespace': operator.namespace,
      'institution_sync.sync.id': status?.lastSync?.id,
      'institution_sync.outcome': 'Succeeded',
      'institution_sync.created': 4,
    });
    expect(good?.resource).to.include({ 'service.name': 'institution-sync' });
    expect(bad).to.include({ error: true });
    expect(bad?.attributes).to.include({ 'error.type': 'SourceInvalid' });
    expect(bad?.statusMessage).to.include('minimum');

    const beneath = collector.spans.filter(({ parentSpanId }) => parentSpanId === good?.spanId);
    expect(beneath.map(({ name }) => name)).to.include.members([
      'POST /oauth/token',
      'GET /api/v2/organizations',
      'POST /api/v2/organizations',
    ]);
    expect(ended['trace_id']).to.equal(good?.traceId);
    const removal = collector.spans.find(({ name }) => name === 'removal');
    expect(removal?.attributes).to.include({ 'institution_sync.object.name': 'deleted' });
  });
});
