import { expect } from 'chai';
import { institutions } from '../sandbox/institutions.ts';
import { isReady, startOperator, type Operator } from './operator.ts';
import { reasonsOf, startSubject } from './subject.ts';

describe('organizations that others made', function () {
  this.timeout(120_000);
  let operator: Operator;
  const rows = institutions(5);
  const [first, second] = rows;
  if (!first || !second) throw new Error('the sample is empty');

  before(async () => {
    operator = await startOperator();
  });
  after(() => operator[Symbol.asyncDispose]());

  const byHand = {
    name: first.iid,
    display_name: 'Made by Hand',
    metadata: { mine: 'kept' },
    branding: { logo_url: 'https://logo.example/1.png' },
  };
  const stranger = { name: 'a-customer', display_name: 'A Customer' };

  it('are adopted where an institution has their name, and else left alone', async () => {
    await using subject = await startSubject(operator, 'adopting', { rows });
    const [id, strangerId] = subject.auth0.seed([byHand, stranger]);
    const { status } = await subject.applied();
    expect(status?.lastSync).to.include({ created: 4, updated: 1 });
    expect(status?.organizations).to.include({ managed: 5, unmanaged: 1, conflicts: 0 });
    const organizations = subject.auth0.organizations();
    expect(organizations.find((each) => each.id === id)).to.deep.include({
      name: first.iid,
      display_name: first.name,
      metadata: { institutionId: first.iid, mine: 'kept' },
      branding: byHand.branding,
    });
    expect(organizations.find((each) => each.id === strangerId)).to.deep.include(stranger);
  });

  it('are conflicts with adopt: false, until somebody decides', async () => {
    await using subject = await startSubject(operator, 'strict', { rows });
    const [id, , otherId] = subject.auth0.seed([byHand, stranger, { name: second.iid }]);
    const before = await subject.applied({ organizations: { adopt: false } });
    expect(before.status?.lastSync).to.include({ created: 3, updated: 0, failed: 0 });
    expect(before.status?.organizations).to.include({ managed: 3, unmanaged: 3, conflicts: 2 });
    expect(isReady(before)).to.equal(true);
    expect(subject.auth0.organizations().find((each) => each.id === id)).to.deep.include(byHand);
    const conflicts = (await subject.events()).filter(
      ({ reason }) => reason === 'OwnershipConflict',
    );
    expect(conflicts).to.have.length(1);
    expect(conflicts[0]?.note).to.match(/organizations\.adopt/);
    await subject.syncNow();
    expect(await reasonsOf(subject)).to.deep.equal(['SyncSucceeded', 'OwnershipConflict']);

    // One is renamed by its owner, the other is handed over.
    subject.auth0.editOrganization(otherId ?? '', { name: 'the-owner-renamed-it' });
    const renamed = await subject.syncNow();
    expect(renamed.status?.organizations).to.include({ managed: 4, unmanaged: 3, conflicts: 1 });
    const adopted = await subject.applied({ organizations: { adopt: true } });
    expect(adopted.status?.organizations).to.include({ managed: 5, unmanaged: 2, conflicts: 0 });
  });

  it('are taken over without a write where another tool marked them the same way', async () => {
    await using subject = await startSubject(operator, 'taken-over', { rows });
    subject.auth0.seed(
      rows.map(({ iid, name }) => ({
        name: iid,
        display_name: name,
        metadata: { institutionId: iid, country: 'kept' },
      })),
    );
    const { status } = await subject.applied();
    expect(status?.organizations).to.include({ managed: 5, inSync: 5 });
    expect(subject.writes()).to.equal(0);
  });
});
