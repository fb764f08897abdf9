import { expect } from 'chai';
import { institutions } from '../sandbox/institutions.ts';
import { conditionOf, isReady, startOperator, type Operator } from './operator.ts';
import { reasonsOf, startSubject } from './subject.ts';

/** The API server's creation times have whole seconds. */
function untilNextSecond(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1_000 - (Date.now() % 1_000)));
}

describe('two objects for one tenant', function () {
  this.timeout(120_000);
  let operator: Operator;
  const rows = institutions(4);

  before(async () => {
    operator = await startOperator();
  });
  after(() => operator[Symbol.asyncDispose]());

  it('the older one works, the younger is stalled and takes over when the older goes', async () => {
    await using older = await startSubject(operator, 'older', { rows });
    await using younger = await startSubject(operator, 'younger', { rows: institutions(6) });
    await older.applied({ nap: '1s' });
    await untilNextSecond();
    // The same tenant in another spelling, and more institutions than the older one has.
    await younger.apply({ deletionPolicy: 'Delete', auth0: { domain: older.auth0.domain } });
    const stalled = await younger.until((object) => isReady(object, 'False TenantConflict'));
    expect(conditionOf(stalled, 'Stalled')).to.equal('True TenantConflict');
    expect(conditionOf(stalled, 'Reconciling')).to.equal(undefined);
    const [ready] = stalled.status?.conditions ?? [];
    expect(ready?.message).to.include(`${operator.namespace}/older`);
    expect(younger.the.requests.counts()).to.deep.equal({});
    expect(await reasonsOf(younger)).to.deep.equal(['SyncFailed']);
    const { status } = await older.syncAfter(() => {});
    expect(status?.organizations?.total).to.equal(4);

    await operator.kubectl('delete', 'isync', 'older');
    const working = await younger.until((object) => isReady(object), 5_000);
    expect(conditionOf(working, 'Stalled')).to.equal(undefined);
    expect(working.status?.lastSync?.created).to.equal(2);
    expect(older.names()).to.have.length(6);
  });

  it('a younger one with deletionPolicy: Delete goes and removes nothing', async () => {
    await using older = await startSubject(operator, 'owner', { rows });
    await using younger = await startSubject(operator, 'rival', { rows });
    await older.applied();
    await untilNextSecond();
    await younger.apply({ deletionPolicy: 'Delete', auth0: { domain: older.auth0.domain } });
    const { metadata } = await younger.until((object) => isReady(object, 'False TenantConflict'));
    expect(metadata.finalizers).to.have.length(1);
    await operator.kubectl('delete', 'isync', 'rival', '--timeout=20s');
    expect(older.names()).to.have.length(4);
    expect((await reasonsOf(younger)).at(-1)).to.equal('OrganizationsLeftBehind');
  });
});

describe('two namespaces', function () {
  this.timeout(120_000);
  let operator: Operator;
  let other: string;
  const rows = institutions(4);

  before(async () => {
    operator = await startOperator({ clusterWide: true });
    other = await operator.plane.createNamespace('other');
  });
  after(async () => {
    await operator.plane.kubectl(['-n', other, 'delete', 'isync', '--all', '--wait=false']);
    await operator[Symbol.asyncDispose]();
  });

  /** The same operator, seen from the other namespace. */
  function there(): Operator {
    const at = ['-n', other];
    async function kubectl(...args: string[]) {
      const { code, stdout, stderr } = await operator.plane.kubectl([...at, ...args]);
      if (code !== 0) throw new Error(stderr);
      return stdout;
    }
    return {
      ...operator,
      namespace: other,
      kubectl,
      async apply(object) {
        const input = JSON.stringify(object);
        const { stderr, code } = await operator.plane.kubectl([...at, 'apply', '-f', '-'], { input });
        if (code !== 0) throw new Error(stderr);
      },
      get: async (name) => JSON.parse(await kubectl('get', 'isync', name, '-o', 'json')),
      until: (name, fits, timeoutMs = 60_000) =>
        watchObject(operator.plane, other, name, fits, timeoutMs),
    };
  }
});
