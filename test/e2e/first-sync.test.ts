import { expect } from 'chai';
import { institutions } from '../sandbox/institutions.ts';
import { startOperator, type Operator } from './operator.ts';

const COUNT = 1_000;

describe('a thousand institutions', function () {
  this.timeout(120_000);
  let operator: Operator;
  const rows = institutions(COUNT);

  before(async () => {
    operator = await startOperator({ the: { rows } });
    await operator.apply(operator.manifest('world', { organizations: { metadata: ['country'] } }));
    await operator.kubectl('wait', '--for=condition=Ready', 'isync/world', '--timeout=90s');
  });
  after(() => operator[Symbol.asyncDispose]());

  it('reach the tenant', () => {
    const organizations = operator.auth0.organizations();
    expect(organizations).to.have.length(COUNT);
    const [first] = rows;
    const made = organizations.find(({ name }) => name === first?.['iid']);
    expect(made).to.deep.include({
      display_name: first?.['name'],
      metadata: { institutionId: first?.['iid'], country: first?.['country'] },
    });
  });

  it('cost one write each, and the listings', () => {
    expect(
      operator.auth0.requests.count({ method: 'POST', path: '/api/v2/organizations' }),
    ).to.equal(COUNT);
    expect(operator.auth0.tooManyRequests()).to.be.at.most(COUNT * 0.005);
  });

  it("carry the sync's id into the tenant's own logs", async () => {
    const { status } = await operator.get('world');
    const writes = operator.auth0.requests.all().filter(({ method }) => method === 'POST');
    const ids = new Set(writes.map(({ correlationId }) => correlationId));
    expect([...ids].filter((id) => id !== undefined)).to.deep.equal([status?.lastSync?.id]);
  });

  it('show in the columns', async () => {
    const [head, row] = (await operator.kubectl('get', 'isync')).trim().split('\n');
    expect(head?.split(/\s{2,}/)).to.deep.equal([
      'NAME',
      'READY',
      'STATUS',
      'INSTITUTIONS',
      'ORGANIZATIONS',
      'HELD',
      'LAST SYNC',
      'AGE',
    ]);
    expect(row).to.match(/^world\s+True\s+The tenant's organizations equal .*1000\s+1000\s+0\s/);
  });
});
