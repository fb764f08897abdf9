import { expect } from 'chai';
import { institutions } from '../sandbox/institutions.ts';
import { conditionOf, isReady, startOperator, type Operator } from './operator.ts';
import { startSubject } from './subject.ts';

describe('mode Plan', function () {
  this.timeout(120_000);
  let operator: Operator;
  const rows = institutions(10);
  const gone = institutions(13).slice(10);

  before(async () => {
    operator = await startOperator();
  });
  after(() => operator[Symbol.asyncDispose]());

  /** Three are there, one of them with another name; one is unmarked; some should not be there. */
  function seeds(goneCount: number) {
    const marked = [...rows.slice(0, 3), ...gone.slice(0, goneCount)].map(
      ({ iid, name }, index) => ({
        name: iid,
        display_name: index === 0 ? 'Another Name' : name,
        metadata: { institutionId: iid },
      }),
    );
    return [...marked, { name: rows[3]?.iid ?? '' }, { name: 'somebody-else' }];
  }

  it('writes nothing, and says what Enforce would do; Enforce does it', async () => {
    await using subject = await startSubject(operator, 'planned', { rows });
    subject.auth0.seed(seeds(1));
    const before = subject.auth0.organizations();
    const planned = await subject.applied({ mode: 'Plan' }, 'True Planned');
    expect(planned.status?.plannedChanges).to.deep.equal({
      creations: 6,
      updates: 2,
      deletions: 1,
    });
    expect(planned.status?.organizations).to.deep.equal({
      total: 6,
      managed: 4,
      inSync: 2,
      unmanaged: 2,
      conflicts: 0,
      held: 0,
    });
    expect(planned.status?.lastSync).to.include({ created: 0, updated: 0, deleted: 0, failed: 0 });
    expect(conditionOf(planned, 'Reconciling')).to.equal(undefined);
    expect(subject.writes()).to.equal(0);
    expect(subject.auth0.organizations()).to.deep.equal(before);

    const enforced = await subject.applied({ mode: 'Enforce' });
    expect(enforced.status).to.not.have.any.keys('plannedChanges', 'heldChanges');
    expect(enforced.status?.lastSync).to.include({ created: 6, updated: 2, deleted: 1 });
    expect(subject.names()).to.deep.equal(
      [...rows.map(({ iid }) => iid), 'somebody-else'].toSorted(),
    );

    subject.the.setRows(rows.slice(1));
    const again = await subject.applied({ mode: 'Plan' }, 'True Planned');
    expect(again.status?.plannedChanges).to.deep.equal({ creations: 0, updates: 0, deletions: 1 });
    expect(subject.names()).to.have.length(11);
  });

  it('shows the hash of what would be held, and an approval of it is good for Enforce', async () => {
    await using subject = await startSubject(operator, 'approved', { rows });
    subject.auth0.seed(seeds(3));
    const planned = await subject.applied({ mode: 'Plan' }, 'True Planned');
    expect(planned.status?.plannedChanges).to.deep.include({
      creations: 6,
      updates: 2,
      deletions: 3,
    });
    const hash = planned.status?.plannedChanges?.planHash;
    expect(hash).to.match(/^sha256:/);
    expect(planned.status).to.not.have.property('heldChanges');
    expect(conditionOf(planned, 'ChangesHeld')).to.equal(undefined);

    await operator.annotate(subject.name, `sync.timeshighereducation.com/approve=${hash}`);
    const still = await subject.syncNow();
    expect(isReady(still, 'True Planned')).to.equal(true);
    expect(subject.writes()).to.equal(0);

    const enforced = await subject.applied({ mode: 'Enforce' });
    expect(enforced.status?.lastSync).to.include({ created: 6, updated: 2, deleted: 3 });
    expect(enforced.status).to.not.have.property('heldChanges');
    expect(enforced.metadata.annotations).to.not.have.property(
      'sync.timeshighereducation.com/approve',
    );
  });
});
