import { expect } from 'chai';
import { institutions } from '../sandbox/institutions.ts';
import { startOperator, type Operator } from './operator.ts';
import { startSubject } from './subject.ts';

const HOUR_MS = 3_600_000;

describe('the organizations follow the institutions', function () {
  this.timeout(120_000);
  let operator: Operator;
  const rows = institutions(8);
  const [first, second, third] = rows;
  if (!first || !second || !third) throw new Error('the sample is empty');

  before(async () => {
    operator = await startOperator();
  });
  after(() => operator[Symbol.asyncDispose]());

  /** The first renamed, the second gone, one more. */
  const later = [{ ...first, name: 'Renamed College' }, ...institutions(9).slice(2)];
  const laterNames = later.map(({ iid }) => iid).toSorted();

  it('when a person asks for it', async () => {
    await using subject = await startSubject(operator, 'asked', { rows: rows.slice(0, 8) });
    await subject.applied();
    const ids = new Map(subject.auth0.organizations().map(({ name, id }) => [name, id]));

    subject.the.setRows(later);
    const { status } = await subject.syncNow();
    expect(status?.lastSync).to.include({ created: 1, updated: 1, deleted: 1, failed: 0 });
    expect(status?.organizations).to.include({ total: 8, managed: 8, inSync: 8 });
    expect(subject.names()).to.deep.equal(laterNames);
    const renamed = subject.auth0.organizations().find(({ name }) => name === first.iid);
    expect(renamed).to.include({ id: ids.get(first.iid), display_name: 'Renamed College' });
  });

  it('by themselves after the nap', async () => {
    await using subject = await startSubject(operator, 'napping', { rows });
    await subject.applied({ nap: '1s' });
    subject.the.setRows(later);
    const { status } = await subject.until(
      ({ status }) => status?.lastSync?.deleted === 1 && status.lastSync.created === 1,
    );
    expect(status?.lastSync).to.include({ updated: 1, failed: 0 });
    expect(subject.names()).to.deep.equal(laterNames);
  });

  it('and nothing is sent to Auth0 while nothing changes', async () => {
    await using subject = await startSubject(operator, 'idle', { rows });
    await subject.applied({ nap: '1s' });
    subject.auth0.requests.clear();
    subject.the.requests.clear();
    subject.the.shuffle(1);
    await subject.syncAfter(() => {});
    const { status } = await subject.syncAfter(() => {});
    expect(status?.lastSync).to.include({
      requests: 0,
      created: 0,
      updated: 0,
      deleted: 0,
      failed: 0,
      skipped: 0,
    });
    expect(status?.history?.[0]?.outcome).to.equal('Succeeded');
    expect(subject.auth0.requests.counts()).to.deep.equal({});
    expect(subject.the.requests.count({ status: 304 })).to.be.greaterThan(0);
    expect(await subject.events()).to.have.length(1);
  });

  it('changes by hand are found at the next reading, and put right', async () => {
    await using subject = await startSubject(operator, 'drift', { rows });
    await subject.applied({ nap: '1s', driftInterval: '1s' });
    const { auth0 } = subject;
    const idOf = (name: string) =>
      auth0.organizations().find((each) => each.name === name)?.id ?? '';
    const [a, b, c] = [idOf(first.iid), idOf(second.iid), idOf(third.iid)];
    auth0.requests.clear();

    auth0.editOrganization(a, { name: 'another-name' });
    auth0.editOrganization(b, {
      display_name: 'By Hand',
      metadata: { institutionId: second.iid, mine: 'kept' },
    });
    auth0.editOrganization(c, { metadata: { mine: 'kept' } });
    auth0.removeOrganization(idOf(rows[3]?.iid ?? ''));
    await subject.until(() => {
      const { name } = auth0.organizations().find(({ id }) => id === a) ?? {};
      return name === first.iid && auth0.organizations().length === rows.length;
    });
    await subject.syncAfter(() => {});

    const now = new Map(
      auth0.organizations().map((organization) => [organization.id, organization]),
    );
    expect(now.get(a)).to.include({ name: first.iid });
    expect(now.get(b)).to.deep.include({
      display_name: second.name,
      metadata: { institutionId: second.iid, mine: 'kept' },
    });
    expect(now.get(c)?.metadata).to.deep.equal({ institutionId: third.iid, mine: 'kept' });
    expect(subject.names()).to.deep.equal(rows.map(({ iid }) => iid).toSorted());
    expect(auth0.requests.count({ method: 'PATCH' })).to.equal(3);
    expect(auth0.requests.count({ method: 'POST', endpoint: 'writes' })).to.equal(1);
    expect(auth0.requests.count({ method: 'DELETE' })).to.equal(0);
  });

  it('a reading takes a request for each fifty organizations', async () => {
    await using subject = await startSubject(operator, 'reading', { rows: institutions(120) });
    await subject.applied();
    subject.auth0.requests.clear();
    await subject.syncNow();
    expect(subject.auth0.requests.counts()).to.deep.equal({ list: { 200: 3 } });
  });

  it('a changed nap counts at once', async () => {
    await using subject = await startSubject(operator, 'nap', { rows });
    const before = await subject.applied({ nap: '1h' });
    expect(delayOf(before.status?.nextSyncTime)).to.be.within(0.9 * HOUR_MS, 1.1 * HOUR_MS);
    const longer = await subject.applied({ nap: '10h' });
    expect(delayOf(longer.status?.nextSyncTime)).to.be.within(9.9 * HOUR_MS, 11 * HOUR_MS);
    const shorter = await subject.applied({ nap: '1s' });
    await subject.until(({ status }) => status?.lastSync?.id !== shorter.status?.lastSync?.id);
  });
});

function delayOf(time: string | undefined): number {
  return Date.parse(time ?? '') - Date.now();
}
