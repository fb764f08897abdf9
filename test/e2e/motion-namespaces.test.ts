import { expect } from 'chai';
import { institutions } from '../sandbox/institutions.ts';
import { skipWithoutCluster } from './cluster.ts';
import { startMotion, type Motion, type MovingTenant } from './motion.ts';
import { stretchesOf } from './writers.ts';

const ROWS = institutions(30);

describe('namespaces with objects, in a cluster that runs pods', function () {
  this.timeout(120_000);
  let motion: Motion;

  skipWithoutCluster();
  before(async () => {
    motion = await startMotion(1);
    await motion.readme('helm install', motion.old, '-f', motion.values, '--wait');
  });
  after(() => motion?.[Symbol.asyncDispose]());

  async function filled(namespace: string, deletionPolicy: string): Promise<MovingTenant> {
    const tenant = await motion.addTenant(namespace, ROWS);
    await tenant.apply({ deletionPolicy });
    await tenant.untilEqual(ROWS);
    return tenant;
  }

  const deleteNamespace = ({ client }: MovingTenant) =>
    client.kubectl('delete', 'namespace', client.namespace, '--timeout=60s');

  it('end with their objects; the organizations stay or go, as the policy says', async () => {
    const [kept, removed] = await Promise.all([
      filled('kept', 'Retain'),
      filled('removed', 'Delete'),
    ]);
    await Promise.all([kept, removed].map((each) => deleteNamespace(each)));
    expect(kept.names()).to.have.length(ROWS.length);
    // With the Secret, or with what is known of it in memory when the Secret goes first.
    expect(removed.names()).to.deep.equal([]);
    expect(removed.auth0.requests.count({ method: 'DELETE', status: 204 })).to.equal(ROWS.length);
    for (const { auth0 } of [kept, removed]) stretchesOf(motion.cluster.agent, auth0);
  });
});
