import { expect } from 'chai';
import { OPERATOR_SCOPES } from '../sandbox/auth0/start.ts';
import { institutions } from '../sandbox/institutions.ts';
import { openClient, type Client } from './client.ts';
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
    // More institutions than the older one has, so that its work would show.
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

describe('one controller for all namespaces', function () {
  this.timeout(120_000);
  let operator: Operator;
  let client: Client;
  const rows = institutions(4);

  before(async () => {
    operator = await startOperator({ clusterWide: true });
    client = openClient(operator.plane, await operator.plane.createNamespace('other'));
  });
  after(() => operator[Symbol.asyncDispose]());

  it('serves objects of one name in two of them, each with its own Secret', async () => {
    await using here = await startSubject(operator, 'world', { rows });
    await using there = await startSubject(operator, 'world', { rows: institutions(6), client });
    await there.apply();
    await here.applied();
    const missing = await there.until((object) => isReady(object, 'False SecretNotFound'));
    expect(missing.status?.conditions?.[0]?.message).to.include(client.namespace);

    there.auth0.addClient({
      clientId: 'of-the-other',
      clientSecret: 'secret-of-the-other',
      scopes: OPERATOR_SCOPES,
    });
    await client.createSecret('auth0-credentials', {
      AUTH0_CLIENT_ID: 'of-the-other',
      AUTH0_CLIENT_SECRET: 'secret-of-the-other',
    });
    await there.until((object) => isReady(object));
    expect(here.names()).to.have.length(4);
    expect(there.names()).to.have.length(6);
    expect(await reasonsOf(here)).to.deep.equal(['SyncSucceeded']);
    expect(await reasonsOf(there)).to.deep.equal(['SyncFailed', 'SyncSucceeded']);

    await untilNextSecond();
    await using rival = await startSubject(operator, 'rival', { rows, client });
    await rival.apply({ auth0: { domain: here.auth0.domain } });
    const stalled = await rival.until((object) => isReady(object, 'False TenantConflict'));
    expect(stalled.status?.conditions?.[0]?.message).to.include(`${operator.namespace}/world`);
  });
});
