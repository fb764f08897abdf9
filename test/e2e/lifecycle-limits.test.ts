import { expect } from 'chai';
import { institutions } from '../sandbox/institutions.ts';
import { openGate } from './gate.ts';
import {
  conditionOf,
  isReady,
  startOperator,
  type Operator,
  type StoredObject,
} from './operator.ts';
import { reasonsOf, startSubject, untilSeen, type Subject } from './subject.ts';

const APPROVE = 'sync.timeshighereducation.com/approve';
const COUNT = 40;

describe('more changes than a limit allows', function () {
  this.timeout(120_000);
  let operator: Operator;
  const rows = institutions(COUNT);
  const more = institutions(COUNT + 1).slice(COUNT);
  const renamed = rows.map((row, index) => (index < 6 ? { ...row, name: `New ${index}` } : row));

  before(async () => {
    operator = await startOperator();
  });
  after(() => operator[Symbol.asyncDispose]());

  function approve(subject: Subject, hash: string | undefined): Promise<void> {
    return operator.annotate(subject.name, `${APPROVE}=${hash}`);
  }

  function isReleased({ status, metadata }: StoredObject): boolean {
    return status?.heldChanges === undefined && metadata.annotations?.[APPROVE] === undefined;
  }

  it('removals are held until a person approves exactly these', async () => {
    await using subject = await startSubject(operator, 'removals', { rows });
    await subject.applied();
    // 5 % of 40 are two, and with the new one three.
    subject.the.setRows([...renamed.slice(0, 1), ...rows.slice(1, COUNT - 4), ...more]);
    const held = await subject.syncNow();

    expect(held.status?.lastSync).to.include({ created: 1, updated: 1, deleted: 0, failed: 0 });
    expect(held.status?.heldChanges).to.deep.include({ deletions: 4, updates: 0 });
    expect(held.status?.heldChanges?.planHash).to.match(/^sha256:[0-9a-f]{64}$/);
    expect(held.status?.organizations).to.include({ total: COUNT + 1, held: 4 });
    expect(isReady(held)).to.equal(true);
    expect(conditionOf(held, 'ChangesHeld')).to.equal('True DeletionLimitExceeded');
    expect(await reasonsOf(subject)).to.deep.equal([
      'SyncSucceeded',
      'SyncSucceeded',
      'ChangesHeld',
    ]);
    const columns = await operator.kubectl('get', 'isync', subject.name, '--no-headers');
    expect(columns).to.match(/see condition ChangesHeld\.\s+37\s+41\s+4\s/);

    const again = await subject.syncNow();
    expect(again.status?.heldChanges).to.deep.equal(held.status?.heldChanges);
    expect(await reasonsOf(subject)).to.have.length(3);

    await approve(subject, `sha256:${'0'.repeat(64)}`);
    const refused = await subject.syncNow();
    expect(refused.status?.heldChanges).to.deep.equal(held.status?.heldChanges);
    expect(refused.metadata.annotations).to.have.property(APPROVE);
    expect(subject.auth0.requests.count({ method: 'DELETE' })).to.equal(0);

    await approve(subject, held.status?.heldChanges?.planHash);
    const released = await subject.until(isReleased);
    expect(released.status?.lastSync).to.include({ created: 0, updated: 0, deleted: 4 });
    expect(conditionOf(released, 'ChangesHeld')).to.equal(undefined);
    expect(subject.names()).to.deep.equal(
      subject.the
        .rows()
        .map((row) => String(row['iid']))
        .toSorted(),
    );
    expect((await reasonsOf(subject)).slice(3)).to.deep.equal(['ChangesApproved', 'SyncSucceeded']);
  });

  it('an approval does not release what was not shown', async () => {
    await using subject = await startSubject(operator, 'other', { rows });
    await subject.applied({ limits: { deletions: 0 } });
    subject.the.setRows(rows.slice(0, COUNT - 3));
    const first = (await subject.syncNow()).status?.heldChanges;
    subject.the.setRows(rows.slice(0, COUNT - 4));
    const { status } = await subject.syncAfter(() => approve(subject, first?.planHash));
    expect(status?.heldChanges).to.include({ deletions: 4 });
    expect(status?.heldChanges?.planHash).to.not.equal(first?.planHash);
    expect(subject.auth0.requests.count({ method: 'DELETE' })).to.equal(0);

    await approve(subject, status?.heldChanges?.planHash);
    const released = await subject.until(isReleased);
    expect(released.status?.lastSync?.deleted).to.equal(4);
    expect(subject.names()).to.have.length(COUNT - 4);
    expect(await reasonsOf(subject)).to.deep.equal([
      'SyncSucceeded',
      'ChangesHeld',
      'ChangesHeld',
      'ChangesApproved',
      'SyncSucceeded',
    ]);
  });

  it('an approval counts once', async () => {
    await using subject = await startSubject(operator, 'once', { rows });
    await subject.applied({ limits: { deletions: 0 } });
    const [last] = rows.slice(-1);
    subject.the.setRows(rows.slice(0, -1));
    const hash = (await subject.syncNow()).status?.heldChanges?.planHash;
    await approve(subject, hash);
    await subject.until(isReleased);
    // Back, and gone once more: another organization, another decision.
    subject.the.setRows(rows);
    await subject.syncNow();
    subject.the.setRows(rows.slice(0, -1));
    const { status } = await subject.syncNow();
    expect(status?.heldChanges).to.include({ deletions: 1 });
    expect(status?.heldChanges?.planHash).to.not.equal(hash);
    expect(subject.names()).to.include(last?.iid);
  });

  it('an approval that is taken back in time releases nothing', async () => {
    const gate = openGate();
    await using subject = await startSubject(operator, 'taken-back', {
      rows,
      the: { onRequest: gate.onRequest },
    });
    await subject.applied({ limits: { deletions: 0 } });
    subject.the.setRows(rows.slice(2));
    const { status } = await subject.syncNow();
    gate.close('GET', 0);
    await approve(subject, status?.heldChanges?.planHash);
    await gate.untilHeld();
    await operator.kubectl('annotate', 'isync', subject.name, `${APPROVE}-`);
    gate.open();
    const held = await subject.syncNow();
    expect(held.status?.heldChanges).to.deep.equal(status?.heldChanges);
    expect(subject.auth0.requests.count({ method: 'DELETE' })).to.equal(0);
    expect(await reasonsOf(subject)).to.not.include('ChangesApproved');
  });

  it('updates are held as well, while the rest goes on', async () => {
    await using subject = await startSubject(operator, 'updates', { rows });
    await subject.applied({ limits: { updates: '10%' } });
    subject.the.setRows([...renamed.slice(0, COUNT - 2), ...more]);
    const held = await subject.syncNow();
    expect(held.status?.lastSync).to.include({ created: 1, updated: 0, deleted: 2 });
    expect(held.status?.heldChanges).to.include({ deletions: 0, updates: 6 });
    expect(conditionOf(held, 'ChangesHeld')).to.equal('True UpdateLimitExceeded');
    expect(held.status?.organizations).to.include({ managed: 39, inSync: 33, held: 6 });

    await approve(subject, held.status?.heldChanges?.planHash);
    const released = await subject.until(isReleased);
    expect(released.status?.lastSync).to.include({ created: 0, updated: 6, deleted: 0 });
    expect(released.status?.organizations).to.include({ managed: 39, inSync: 39, held: 0 });
  });

  it('a raised limit releases them too', async () => {
    await using subject = await startSubject(operator, 'raised', { rows });
    await subject.applied();
    subject.the.setRows(rows.slice(0, COUNT - 4));
    await subject.syncNow();
    const raised = await subject.applied({ limits: { deletions: 4 } });
    expect(isReleased(raised)).to.equal(true);
    expect(conditionOf(raised, 'ChangesHeld')).to.equal(undefined);
    expect(subject.names()).to.have.length(COUNT - 4);
    expect(await reasonsOf(subject)).to.not.include('ChangesApproved');
  });

  it('prune: false removes nothing and holds nothing', async () => {
    await using subject = await startSubject(operator, 'kept', { rows });
    await subject.applied({ organizations: { prune: false } });
    subject.the.setRows(rows.slice(0, 10));
    const kept = await subject.syncNow();
    expect(kept.status).to.not.have.any.keys('heldChanges', 'failures');
    expect(kept.status?.organizations).to.include({ total: COUNT, managed: COUNT, held: 0 });
    expect(isReady(kept)).to.equal(true);
    expect(subject.names()).to.have.length(COUNT);
    await untilSeen(operator);
    expect(subject.auth0.requests.count({ method: 'DELETE' })).to.equal(0);
  });
});
