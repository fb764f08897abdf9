import { expect } from 'chai';
import { institutions } from '../sandbox/institutions.ts';
import { openGate } from './gate.ts';
import { conditionOf, isReady, startOperator, type Operator } from './operator.ts';
import { record } from './sound-versions.ts';
import { reasonsOf, startSubject } from './subject.ts';

describe('status', function () {
  this.timeout(180_000);
  let operator: Operator;
  const rows = institutions(10);

  before(async () => {
    operator = await startOperator();
  });
  after(() => operator[Symbol.asyncDispose]());

  it('keeps the rules of kstatus through an eventful life', async () => {
    await using subject = await startSubject(operator, 'eventful', { rows });
    const secret = { auth0: { credentialsSecretRef: { name: 'of-the-eventful' } } };
    let over = false;
    await subject.apply(secret);
    const recorded = record(subject, () => over);

    await subject.until((object) => isReady(object, 'False SecretNotFound'));
    await operator.createSecret('of-the-eventful', {
      AUTH0_CLIENT_ID: subject.auth0.clientId,
      AUTH0_CLIENT_SECRET: subject.auth0.clientSecret,
    });
    await subject.until((object) => isReady(object));
    const missing = { ...secret.auth0, connections: [{ name: 'no-such' }] };
    await subject.applied({ auth0: missing }, 'False ConnectionNotFound');
    await subject.applied({ ...secret, institutions: { minimum: 100 } }, 'False SourceInvalid');
    await subject.applied({ ...secret, mode: 'Plan' }, 'True Planned');
    subject.the.setRows(rows.slice(0, 5));
    await subject.applied(secret);
    await subject.suspend(true);
    await subject.until((object) => conditionOf(object, 'Suspended') === 'True Suspended');
    over = true;
    await subject.suspend(false);

    const versions = await recorded;
    const seen = new Set(versions.flatMap(({ object }) => conditionOf(object, 'Ready') ?? []));
    expect([...seen]).to.deep.equal([
      'False SecretNotFound',
      'True Synced',
      'Unknown Progressing',
      'False ConnectionNotFound',
      'False SourceInvalid',
      'True Planned',
    ]);
    expect(await reasonsOf(subject)).to.deep.equal([
      'SyncFailed',
      'SyncSucceeded',
      'SyncFailed',
      'SyncFailed',
      'ChangesHeld',
    ]);
  });

  it('tells of rows that cannot become organizations, and keeps what they had', async () => {
    const [first] = rows;
    if (!first) throw new Error('the sample is empty');
    await using subject = await startSubject(operator, 'skipping', { rows });
    await subject.applied();
    subject.the.setRows([
      { ...first, name: ' ' },
      ...rows.slice(1),
      { ...first, iid: 'Not A Name' },
      { ...first, iid: '' },
    ]);
    const skipped = await subject.syncNow();
    expect(skipped.status?.institutions).to.include({ total: 9, skipped: 3 });
    expect(skipped.status?.lastSync).to.include({ deleted: 0, failed: 0, skipped: 3 });
    expect(isReady(skipped)).to.equal(true);
    expect(conditionOf(skipped, 'InstitutionsSkipped')).to.equal('True InvalidRows');
    expect(subject.names()).to.have.length(10);
    await subject.syncNow();
    expect(await reasonsOf(subject)).to.deep.equal(['SyncSucceeded', 'InstitutionsSkipped']);

    subject.the.setRows(rows);
    const mended = await subject.syncNow();
    expect(conditionOf(mended, 'InstitutionsSkipped')).to.equal(undefined);
  });

  it('names changes that Auth0 refuses, and the next sync makes them', async () => {
    await using subject = await startSubject(operator, 'refused', { rows });
    subject.auth0.fault('POST /api/v2/organizations', {
      kind: 'status',
      status: 400,
      body: { statusCode: 400, error: 'Bad Request', message: 'Not today' },
    });
    const refused = await subject.applied({}, 'False PartialFailure');
    expect(refused.status?.lastSync).to.include({ created: 9, failed: 1 });
    expect(refused.status?.failures).to.have.length(1);
    expect(refused.status?.failures?.[0]).to.include({ operation: 'create', statusCode: 400 });
    expect(refused.status?.failures?.[0]?.message).to.include('Not today');
    expect(refused.status?.history?.[0]?.outcome).to.equal('PartiallyFailed');
    expect(conditionOf(refused, 'Stalled')).to.equal(undefined);

    const mended = await subject.syncNow();
    expect(isReady(mended)).to.equal(true);
    expect(mended.status).to.not.have.property('failures');
    expect(mended.status?.history?.map(({ outcome }) => outcome)).to.deep.equal([
      'Succeeded',
      'PartiallyFailed',
    ]);
    expect(await reasonsOf(subject)).to.deep.equal(['SyncFailed', 'SyncSucceeded']);
  });

  it('keeps the last five syncs', async () => {
    await using subject = await startSubject(operator, 'history', { rows });
    await subject.applied();
    for (let sync = 0; sync < 5; sync += 1) await subject.syncNow();
    const { status } = await subject.get();
    expect(status?.history).to.have.length(5);
    expect(status?.history?.[0]).to.deep.equal({ ...status?.lastSync, outcome: 'Succeeded' });
  });

  it('events show in kubectl', async () => {
    await using subject = await startSubject(operator, 'eventual', { rows });
    await subject.applied();
    expect(await subject.events()).to.deep.equal([
      {
        type: 'Normal',
        reason: 'SyncSucceeded',
        note: 'Created 10, updated 0 and removed 0 organizations.',
      },
    ]);
    const described = await operator.kubectl('describe', 'isync', subject.name);
    expect(described).to.match(/Events:\n[^]*Normal\s+SyncSucceeded\s.*Created 10, updated 0/);
    const listed = await operator.kubectl('events', '--for', `isync/${subject.name}`);
    expect(listed).to.match(/Normal\s+SyncSucceeded\s+InstitutionSync\/eventual/);
  });

  describe('of a long run', () => {
    it('is written at most once in ten seconds', async () => {
      const COUNT = 260;
      await using subject = await startSubject(operator, 'long', {
        rows: institutions(COUNT),
        // Ten creations a second.
        auth0: { timeScale: 1, limits: { writes: { burst: 5, perMinute: 600 } } },
      });
      const recorded = record(subject, (object) => isReady(object));
      await subject.apply();
      const versions = (await recorded).filter(({ object }) => object.status !== undefined);
      const running = versions.slice(0, -1);
      const { status } = versions.at(-1)?.object ?? {};
      expect(status?.lastSync?.durationSeconds).to.be.greaterThan(20);
      expect(status).to.not.have.property('progress');
      // The beginning, then one for each ten seconds.
      expect(running).to.have.length(3);
      for (const { object } of running) {
        expect(conditionOf(object, 'Ready')).to.equal('Unknown Progressing');
        expect(conditionOf(object, 'Reconciling')).to.equal('True Progressing');
      }
      const times = running.map(({ at }) => at);
      for (const [index, at] of times.slice(1).entries()) {
        expect(at - (times[index] ?? 0)).to.be.at.least(9_500);
      }
      const done = running.map(({ object }) => object.status?.progress?.done ?? 0);
      expect(done).to.deep.equal(done.toSorted((a, b) => a - b));
      expect(running[1]?.object.status?.progress).to.include({ phase: 'Applying', total: COUNT });
    });

    it('that is routine leaves Ready as it is', async () => {
      const gate = openGate();
      await using subject = await startSubject(operator, 'routine', {
        rows,
        auth0: { onRequest: gate.onRequest },
      });
      const before = await subject.applied();
      gate.close('POST', 2);
      subject.the.setRows(institutions(20));
      await operator.annotate(subject.name, 'sync.timeshighereducation.com/requestedAt=now');
      const versions = await record(subject, ({ status }) => status?.progress !== undefined);
      const running = versions.at(-1)?.object;
      expect(running?.status?.progress).to.include({ phase: 'Applying', done: 2, total: 10 });
      expect(running?.status?.conditions).to.deep.equal(before.status?.conditions);
      await operator.kubectl('wait', '--for=condition=Ready', `isync/${subject.name}`);
      gate.open();
      const { status } = await subject.until((object) => object.status?.progress === undefined);
      expect(status?.lastSync?.created).to.equal(10);
    });
  });
});
