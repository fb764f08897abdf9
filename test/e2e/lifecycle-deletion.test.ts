import { expect } from 'chai';
import { institutions } from '../sandbox/institutions.ts';
import { AMPLE_LIMITS, openGate } from './gate.ts';
import { conditionOf, isReady, startOperator, type Operator } from './operator.ts';
import { reasonsOf, startSubject, untilSeen, type Subject } from './subject.ts';

const FINALIZER = 'sync.timeshighereducation.com/remove-organizations';

describe('deletion of the object', function () {
  this.timeout(120_000);
  let operator: Operator;
  const rows = institutions(30);
  const stranger = { name: 'a-customer' };

  before(async () => {
    operator = await startOperator();
  });
  after(() => operator[Symbol.asyncDispose]());

  const remove = ({ name }: Subject) => operator.kubectl('delete', 'isync', name, '--wait=false');
  const finalizers = async (subject: Subject) => (await subject.get()).metadata.finalizers ?? [];

  it('with Retain ends at once and leaves the organizations', async () => {
    await using subject = await startSubject(operator, 'retained', { rows });
    await subject.applied();
    expect(await finalizers(subject)).to.deep.equal([]);
    await operator.controller.stop();
    // Nobody has to be there for it.
    await operator.kubectl('delete', 'isync', subject.name, '--timeout=10s');
    operator = { ...operator, controller: await operator.startController() };
    await untilSeen(operator);
    expect(subject.names()).to.have.length(rows.length);
  });

  it('with Delete removes the managed organizations, and no other', async () => {
    await using subject = await startSubject(operator, 'removed', { rows });
    subject.auth0.seed([stranger]);
    const { metadata } = await subject.applied({ deletionPolicy: 'Delete' });
    expect(metadata.finalizers).to.deep.equal([FINALIZER]);
    await remove(subject);
    await operator.untilGone(subject.name);
    expect(subject.names()).to.deep.equal(['a-customer']);
    expect((await subject.events()).at(-1)).to.deep.equal({
      type: 'Normal',
      reason: 'OrganizationsRemoved',
      note: 'Removed 30 organizations, because deletionPolicy is Delete.',
    });
  });

  it('works while suspended', async () => {
    await using subject = await startSubject(operator, 'suspended', { rows });
    await subject.applied({ deletionPolicy: 'Delete' });
    await subject.suspend(true);
    await subject.until((object) => conditionOf(object, 'Suspended') === 'True Suspended');
    await remove(subject);
    await operator.untilGone(subject.name);
    expect(subject.names()).to.deep.equal([]);
  });

  it('in mode Plan removes nothing', async () => {
    await using subject = await startSubject(operator, 'planned', { rows });
    await subject.applied({ deletionPolicy: 'Delete' });
    await subject.applied({ deletionPolicy: 'Delete', mode: 'Plan' }, 'True Planned');
    await remove(subject);
    await operator.untilGone(subject.name);
    expect(subject.names()).to.have.length(rows.length);
  });

  it('follows the policy as it is at last', async () => {
    await using subject = await startSubject(operator, 'switched', { rows });
    await subject.applied();
    await subject.applied({ deletionPolicy: 'Delete' });
    expect(await finalizers(subject)).to.deep.equal([FINALIZER]);
    await subject.suspend(true);
    await operator.patch(subject.name, { spec: { deletionPolicy: 'Retain' } });
    await subject.until(({ metadata }) => (metadata.finalizers ?? []).length === 0);
    await operator.kubectl('delete', 'isync', subject.name, '--timeout=10s');
    expect(subject.names()).to.have.length(rows.length);
  });

  it('keeps the finalizers of others', async () => {
    await using subject = await startSubject(operator, 'shared', { rows });
    await subject.applied({ deletionPolicy: 'Delete' });
    await operator.patch(subject.name, {
      metadata: { finalizers: ['example.com/theirs', FINALIZER] },
    });
    await remove(subject);
    await subject.until(({ metadata }) => metadata.finalizers?.length === 1);
    expect(await finalizers(subject)).to.deep.equal(['example.com/theirs']);
    expect(subject.names()).to.deep.equal([]);
    await operator.patch(subject.name, { metadata: { finalizers: null } });
    await operator.untilGone(subject.name);
  });

  it('is completed by the next controller when this one is killed', async () => {
    const gate = openGate();
    await using subject = await startSubject(operator, 'killed', {
      rows,
      auth0: { onRequest: gate.onRequest },
    });
    await subject.applied({ deletionPolicy: 'Delete' });
    gate.close('DELETE', 5);
    await remove(subject);
    await gate.untilHeld();
    await operator.controller.stop('SIGKILL');
    gate.open();
    operator = { ...operator, controller: await operator.startController() };
    await operator.untilGone(subject.name);
    expect(subject.names()).to.deep.equal([]);
  });

  it('is called off by Retain, after the requests in flight', async () => {
    const gate = openGate();
    await using subject = await startSubject(operator, 'called-off', {
      rows,
      auth0: { onRequest: gate.onRequest, limits: AMPLE_LIMITS },
    });
    await subject.applied({ deletionPolicy: 'Delete' });
    gate.close('DELETE', 5);
    await remove(subject);
    await gate.untilHeld();
    await operator.patch(subject.name, { spec: { deletionPolicy: 'Retain' } });
    await untilSeen(operator);
    gate.open();
    await operator.untilGone(subject.name);
    const removed = subject.auth0.requests.count({ method: 'DELETE', status: 204 });
    expect(removed).to.be.within(6, 5 + 16);
    expect(subject.names()).to.have.length(rows.length - removed);
  });

  it('is told once, however long it takes', async () => {
    const gate = openGate();
    await using subject = await startSubject(operator, 'slow', {
      rows,
      auth0: { onRequest: gate.onRequest },
    });
    await subject.applied({ deletionPolicy: 'Delete' });
    gate.close('DELETE', 5);
    await remove(subject);
    await subject.until(({ status }) => status?.progress?.phase === 'Applying');
    gate.open();
    await operator.untilGone(subject.name);
    expect((await subject.events()).slice(1).map(({ note }) => note)).to.deep.equal([
      'Removed 30 organizations, because deletionPolicy is Delete.',
    ]);
  });

  describe('without its Secret', () => {
    const secretOf = ({ auth0 }: Subject) => ({
      AUTH0_CLIENT_ID: auth0.clientId,
      AUTH0_CLIENT_SECRET: auth0.clientSecret,
    });

    async function start(name: string): Promise<Subject> {
      const subject = await startSubject(operator, name, { rows });
      await operator.createSecret(name, secretOf(subject));
      await subject.applied({
        deletionPolicy: 'Delete',
        auth0: { credentialsSecretRef: { name } },
      });
      return subject;
    }

    async function restart(environment: Readonly<Record<string, string>> = {}): Promise<void> {
      await operator.controller.stop();
      operator = { ...operator, controller: await operator.startController(environment) };
    }

    it('uses what it knew, when both go together', async () => {
      await using subject = await start('together');
      await operator.kubectl('delete', 'secret', subject.name);
      await remove(subject);
      await operator.untilGone(subject.name);
      expect(subject.names()).to.deep.equal([]);
    });

    it('waits for it to come back', async () => {
      await using subject = await start('back');
      await operator.kubectl('delete', 'secret', subject.name);
      await restart();
      await remove(subject);
      const waiting = await subject.until((object) => isReady(object, 'False SecretNotFound'));
      expect(waiting.metadata.finalizers).to.deep.equal([FINALIZER]);
      await operator.createSecret(subject.name, secretOf(subject));
      await operator.untilGone(subject.name, 4_000);
      expect(subject.names()).to.deep.equal([]);
    });

    it('lets it go after a minute, and says what is left behind', async () => {
      await using subject = await start('left');
      await operator.kubectl('delete', 'secret', subject.name);
      // For this controller the minute has passed already.
      await restart({
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(
          'const { now } = Date; Date.now = () => now() + 61_000;',
        )}`,
      });
      await operator.kubectl('delete', 'isync', subject.name, '--timeout=20s');
      expect(subject.names()).to.have.length(rows.length);
      const last = (await subject.events()).at(-1);
      expect(last).to.include({ type: 'Warning', reason: 'OrganizationsLeftBehind' });
      expect(last?.note).to.include(subject.auth0.domain);
      const reasons = await reasonsOf(subject);
      expect(reasons.filter((each) => each === last?.reason)).to.have.length(1);
      await restart();
    });
  });
});
