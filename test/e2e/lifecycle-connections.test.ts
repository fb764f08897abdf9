import { expect } from 'chai';
import { DEFAULT_CONNECTION } from '../sandbox/auth0/tenant.ts';
import { institutions } from '../sandbox/institutions.ts';
import { conditionOf, isReady, startOperator, type Operator } from './operator.ts';
import { startSubject, type Subject } from './subject.ts';

describe('connections', function () {
  this.timeout(120_000);
  let operator: Operator;
  const rows = institutions(60);
  const both = [{ name: DEFAULT_CONNECTION }, { name: 'corporate', assignMembershipOnLogin: true }];

  before(async () => {
    operator = await startOperator();
  });
  after(() => operator[Symbol.asyncDispose]());

  async function start(name: string): Promise<Subject> {
    const subject = await startSubject(operator, name, { rows });
    subject.auth0.addConnection({ name: 'corporate', strategy: 'samlp' });
    return subject;
  }

  /** What each organization has, as `name assigns`. */
  function enabled({ auth0 }: Subject): readonly (readonly string[])[] {
    const names = new Map(auth0.connections().map(({ id, name }) => [id, name]));
    return auth0.organizations().map(({ enabled_connections }) =>
      enabled_connections
        .map((each) => {
          const name = names.get(String(each['connection_id']));
          return `${name} ${String(each['assign_membership_on_login'])}`;
        })
        .toSorted(),
    );
  }

  const corporate = 'corporate true';
  const all = [`${DEFAULT_CONNECTION} false`, corporate];

  it('are enabled with the creation itself', async () => {
    await using subject = await start('at-creation');
    await subject.applied({ auth0: { connections: both } });
    expect(enabled(subject)).to.deep.equal(rows.map(() => all));
    expect(subject.auth0.requests.count({ endpoint: 'connectionWrites' })).to.equal(0);
    expect(subject.writes()).to.equal(rows.length);
  });

  it('that are added later reach the organizations that are there', async () => {
    await using subject = await start('later');
    await subject.applied();
    expect(enabled(subject)).to.deep.equal(rows.map(() => []));
    const one = await subject.applied({ auth0: { connections: both.slice(1) } });
    expect(one.status?.lastSync).to.include({ created: 0, updated: 0, failed: 0 });
    expect(enabled(subject)).to.deep.equal(rows.map(() => [corporate]));

    // Also by a controller that has just started.
    await operator.controller.stop();
    operator = { ...operator, controller: await operator.startController() };
    await subject.applied({ auth0: { connections: both } });
    expect(enabled(subject)).to.deep.equal(rows.map(() => all));
  });

  it('are set right where their setting differs', async () => {
    await using subject = await start('assigning');
    await subject.applied({ auth0: { connections: [{ name: 'corporate' }] } });
    await subject.applied({ auth0: { connections: both.slice(1) } });
    expect(enabled(subject)).to.deep.equal(rows.map(() => [corporate]));
  });

  it('that somebody enabled beside them are left alone', async () => {
    await using subject = await start('foreign');
    const id = subject.auth0.addConnection({ name: 'theirs', strategy: 'oidc' });
    const [first] = rows;
    subject.auth0.seed([
      {
        name: first?.iid ?? '',
        display_name: first?.name ?? '',
        metadata: { institutionId: first?.iid ?? '' },
        enabled_connections: [{ connection_id: id }],
      },
    ]);
    await subject.applied({ auth0: { connections: both } });
    expect(enabled(subject)[0]).to.deep.equal([...all, 'theirs false']);
    expect(enabled(subject).slice(1)).to.deep.equal(rows.slice(1).map(() => all));
  });

  it('that the tenant does not have stop the sync before it writes', async () => {
    await using subject = await start('unknown');
    await subject.apply({ auth0: { connections: [{ name: 'no-such' }] } });
    const stalled = await subject.until((object) => isReady(object, 'False ConnectionNotFound'));
    expect(conditionOf(stalled, 'Stalled')).to.equal('True ConnectionNotFound');
    expect(subject.writes()).to.equal(0);
    subject.auth0.addConnection({ name: 'no-such', strategy: 'oidc' });
    await subject.syncNow();
    expect(enabled(subject)).to.deep.equal(rows.map(() => ['no-such false']));
  });
});
