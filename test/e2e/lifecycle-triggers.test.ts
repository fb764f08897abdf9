import { expect } from 'chai';
import { institutions } from '../sandbox/institutions.ts';
import { openGate } from './gate.ts';
import { conditionOf, isReady, startOperator, type Operator } from './operator.ts';
import { reasonsOf, REQUESTED_AT, startSubject, untilSeen, type Subject } from './subject.ts';

const FLUX_REQUESTED_AT = 'reconcile.fluxcd.io/requestedAt';

describe('a sync starts at once', function () {
  this.timeout(120_000);
  let operator: Operator;
  const rows = institutions(5);

  before(async () => {
    operator = await startOperator();
  });
  after(() => operator[Symbol.asyncDispose]());

  async function request(subject: Subject, annotation: string, token: string) {
    await operator.annotate(subject.name, `${annotation}=${token}`);
    return subject.until(({ status }) => status?.lastHandledReconcileAt === token);
  }

  it('for a new value of either annotation, and reads all organizations', async () => {
    await using subject = await startSubject(operator, 'requested', { rows });
    await subject.applied();
    const reads = () => subject.auth0.requests.count({ endpoint: 'list' });
    expect(reads()).to.equal(1);
    await request(subject, REQUESTED_AT, 'one');
    expect(reads()).to.equal(2);
    await request(subject, FLUX_REQUESTED_AT, '2026-01-02T00:00:00Z');
    expect(reads()).to.equal(3);
    const { status } = await request(subject, REQUESTED_AT, 'two');
    expect(reads()).to.equal(4);
    expect(status?.history).to.have.length(4);
  });

  it('but not for a value that was handled before the controller started', async () => {
    await using subject = await startSubject(operator, 'handled', { rows });
    await subject.applied();
    await request(subject, REQUESTED_AT, '2026-01-01T00:00:00Z');
    await request(subject, FLUX_REQUESTED_AT, '2026-01-02T00:00:00Z');
    const before = await request(subject, REQUESTED_AT, '2026-01-03T00:00:00Z');
    await operator.controller.stop();
    operator = { ...operator, controller: await operator.startController() };
    await untilSeen(operator);
    const { status } = await subject.syncNow();
    expect(status?.history?.[1]?.id).to.equal(before.status?.lastSync?.id);
  });

  it('once more for a request that comes while one runs', async () => {
    const gate = openGate();
    await using subject = await startSubject(operator, 'running', {
      rows,
      auth0: { onRequest: gate.onRequest },
    });
    gate.close('POST', 2);
    await subject.apply();
    await gate.untilHeld();
    await operator.annotate(subject.name, `${REQUESTED_AT}=meanwhile`);
    await untilSeen(operator);
    gate.open();
    const { status } = await subject.until(
      (object) => object.status?.lastHandledReconcileAt === 'meanwhile',
    );
    expect(status?.history?.map(({ created, outcome }) => [created, outcome])).to.deep.equal([
      [0, 'Succeeded'],
      [5, 'Succeeded'],
    ]);
  });

  it('when its Secret is rotated, and uses the new one', async () => {
    await using subject = await startSubject(operator, 'rotated', { rows });
    const { clientId, clientSecret } = subject.auth0;
    const ref = { auth0: { credentialsSecretRef: { name: 'rotated-credentials' } } };
    const secret = (value: string) => ({ AUTH0_CLIENT_ID: clientId, AUTH0_CLIENT_SECRET: value });
    await operator.createSecret('rotated-credentials', secret(clientSecret));
    const first = await subject.applied(ref);

    const rotated = subject.auth0.rotateSecret(clientId);
    subject.auth0.revokeTokens();
    await operator.createSecret('unrelated', {
      AUTH0_CLIENT_ID: 'somebody',
      AUTH0_CLIENT_SECRET: 'x',
    });
    await operator.createSecret('unrelated', {
      AUTH0_CLIENT_ID: 'another',
      AUTH0_CLIENT_SECRET: 'y',
    });
    const second = await subject.syncAfter(() =>
      operator.createSecret('rotated-credentials', secret(rotated)),
    );
    expect(isReady(second)).to.equal(true);
    expect(subject.auth0.requests.counts()['token']).to.deep.equal({ 200: 2 });
    expect(second.status?.history?.map(({ id }) => id)).to.deep.equal([
      second.status?.lastSync?.id,
      first.status?.lastSync?.id,
    ]);
    expect(await reasonsOf(subject)).to.deep.equal(['SyncSucceeded', 'CredentialsRotated']);
  });

  it('when the Secret that it refers to now is rotated, not for the one before', async () => {
    await using subject = await startSubject(operator, 'referring', { rows });
    const { clientId, clientSecret } = subject.auth0;
    const keys = { AUTH0_CLIENT_ID: clientId, AUTH0_CLIENT_SECRET: clientSecret };
    for (const name of ['old-credentials', 'new-credentials']) {
      await operator.createSecret(name, keys);
      await subject.applied({ auth0: { credentialsSecretRef: { name } } });
    }
    const before = await subject.get();
    await operator.createSecret('old-credentials', { ...keys, AUTH0_CLIENT_SECRET: 'changed' });
    await untilSeen(operator);
    const rotated = subject.auth0.rotateSecret(clientId);
    const { status } = await subject.syncAfter(() =>
      operator.createSecret('new-credentials', { ...keys, AUTH0_CLIENT_SECRET: rotated }),
    );
    expect(status?.history?.[1]?.id).to.equal(before.status?.lastSync?.id);
    expect(await reasonsOf(subject)).to.deep.equal(['SyncSucceeded', 'CredentialsRotated']);
  });

  it('when the Secret that was missing is made', async () => {
    await using subject = await startSubject(operator, 'missing', { rows });
    const { clientId, clientSecret } = subject.auth0;
    await subject.apply({ nap: '1h', auth0: { credentialsSecretRef: { name: 'made-later' } } });
    const blocked = await subject.until((object) => isReady(object, 'False SecretNotFound'));
    expect(conditionOf(blocked, 'Stalled')).to.equal(undefined);
    expect(subject.auth0.requests.counts()).to.deep.equal({});
    const keys = { AUTH0_CLIENT_ID: clientId, AUTH0_CLIENT_SECRET: clientSecret };
    await operator.createSecret('made-later', keys);
    await subject.until((object) => isReady(object), 4_000);
    expect(subject.names()).to.have.length(rows.length);
  });

  it('when a wrong Secret is corrected', async () => {
    await using subject = await startSubject(operator, 'corrected', { rows });
    const { clientId, clientSecret } = subject.auth0;
    const ref = { auth0: { credentialsSecretRef: { name: 'corrected-credentials' } } };
    const secret = (value: string) => ({ AUTH0_CLIENT_ID: clientId, AUTH0_CLIENT_SECRET: value });
    await operator.createSecret('corrected-credentials', secret('wrong'));
    await subject.apply(ref);
    await subject.until((object) => conditionOf(object, 'Stalled') === 'True AuthenticationFailed');
    expect(subject.writes()).to.equal(0);
    await operator.createSecret('corrected-credentials', secret(clientSecret));
    const mended = await subject.until((object) => isReady(object), 4_000);
    expect(conditionOf(mended, 'Stalled')).to.equal(undefined);
    expect(conditionOf(mended, 'TargetAvailable')).to.equal('True Reachable');
  });

  it('and a Secret that gets a label is not rotated', async () => {
    await using subject = await startSubject(operator, 'labelled', { rows });
    const { clientId, clientSecret } = subject.auth0;
    const keys = { AUTH0_CLIENT_ID: clientId, AUTH0_CLIENT_SECRET: clientSecret };
    await operator.createSecret('labelled-credentials', keys);
    await subject.applied({ auth0: { credentialsSecretRef: { name: 'labelled-credentials' } } });
    await operator.kubectl('label', 'secret', 'labelled-credentials', 'team=identity');
    await subject.syncNow();
    expect(await reasonsOf(subject)).to.deep.equal(['SyncSucceeded']);
    expect(subject.auth0.requests.counts()['token']).to.deep.equal({ 200: 1 });
  });
});
