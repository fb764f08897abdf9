import path from 'node:path';
import { expect } from 'chai';
import { institutions } from '../sandbox/institutions.ts';
import { skipWithoutCluster } from './cluster.ts';
import { endLongSync, startLongSync } from './long-sync.ts';
import { HOME, startMotion, type Motion, type MovingTenant } from './motion.ts';
import { podsOf, untilPods, type PodLine } from './pods.ts';
import { chartBefore } from './releases.ts';
import { stretchesOf } from './writers.ts';

const FIRST = 400;
const ROWS = institutions(1000);
const LOST = ROWS.slice(0, 20);
/** Kinds of which a release makes objects in its namespace. */
const LEFT_BEHIND =
  'deployments,replicasets,services,roles,rolebindings,poddisruptionbudgets,endpointslices,leases';
/** The next leader looks for a free lease at least every 2 s; then it reads everything. */
const LONGEST_HAND_OVER_MS = 10_000;

// Each test goes on where the one before has ended, as the life of a release does.
describe('a release in a cluster that runs pods', function () {
  this.timeout(120_000);
  let motion: Motion;
  let tenant: MovingTenant;
  let lost: MovingTenant;

  skipWithoutCluster();
  before(async () => {
    motion = await startMotion(2);
  });
  after(() => motion?.[Symbol.asyncDispose]());

  const kubectl = (...args: string[]) => motion.home.kubectl(...args);
  const ready = async () => (await podsOf(motion.home)).filter((pod) => pod.ready);
  const imagesOf = (pods: readonly PodLine[]) => pods.map(({ image }) => image);
  const writers = () => stretchesOf(motion.cluster.agent, tenant.auth0);

  const startSync = (count: number) => startLongSync(tenant, ROWS.slice(0, count));
  const endSync = (count: number) => endLongSync(tenant, ROWS.slice(0, count));

  it('is installed by the command of the README; one of its two replicas works', async () => {
    const said = await motion.readme('helm install', motion.old, '-f', motion.values, '--wait');
    expect(said).to.contain('STATUS: deployed');
    const pods = await ready();
    expect(imagesOf(pods)).to.deep.equal(Array(2).fill(`institution-sync:${motion.old.version}`));
    expect(pods.map(({ restarts }) => restarts)).to.deep.equal([0, 0]);
    const holder = await kubectl('get', 'lease', HOME, '-o', 'jsonpath={.spec.holderIdentity}');
    expect(pods.map(({ name }) => name)).to.include(holder.split('_')[0]);
    tenant = await motion.addTenant('universities', ROWS.slice(0, 10));
    await tenant.apply();
    await tenant.untilEqual(ROWS.slice(0, 10));
    lost = await motion.addTenant('lost', LOST);
    await lost.apply({ deletionPolicy: 'Delete' });
    await lost.untilEqual(LOST);
    await lost.client.kubectl('delete', 'secret', 'auth0-credentials');
  });

  it('is upgraded by the command of the README during a sync', async () => {
    await startSync(FIRST);
    await motion.readme('helm upgrade', motion.next);
    expect(imagesOf(await ready())).to.deep.equal(
      Array(2).fill(`institution-sync:${motion.next.version}`),
    );
    await endSync(FIRST);
    const stretches = writers();
    expect(stretches).to.have.length.within(2, 3);
    for (const [index, { from }] of stretches.slice(1).entries()) {
      expect(from - (stretches[index]?.to ?? 0)).to.be.within(0, LONGEST_HAND_OVER_MS);
    }
  });

  // It takes a minute, during which the tests below go on.
  it('is told to end a namespace whose credentials nobody has any more', async () => {
    await lost.client.kubectl('delete', 'namespace', lost.client.namespace, '--wait=false');
  });

  it('keeps one replica ready while all nodes are drained during a sync', async () => {
    await startSync(FIRST + 200);
    const drain = ['drain', 'node-a', 'node-b', '--delete-emptydir-data', '--timeout=4s'];
    const { code, stderr } = await motion.cluster.plane.kubectl(drain);
    expect(code, stderr).to.equal(1);
    expect(stderr).to.contain("would violate the pod's disruption budget");
    expect(await ready()).to.have.length(1);
    await kubectl('uncordon', 'node-a');
    await untilPods(motion.home, (pods) => pods.filter((pod) => pod.ready).length === 2);
    await kubectl('drain', 'node-b', '--timeout=60s');
    await untilPods(motion.home, (pods) => pods.filter((pod) => pod.ready).length === 2);
    expect((await ready()).map(({ node }) => node)).to.deep.equal(['node-a', 'node-a']);
    await kubectl('uncordon', 'node-b');
    await endSync(FIRST + 200);
    writers();
  });

  it('goes on with the old pods when the new ones crash, and says why they do', async () => {
    const before = await ready();
    const args = ['upgrade', HOME, 'charts/institution-sync', '-n', HOME, '--reuse-values'];
    const { code } = await motion.cluster.plane.helm(
      [...args, '--set', 'extraArgs={--no-such-flag}', '--wait', '--timeout=5s'],
      { cwd: motion.next.folder },
    );
    expect(code).to.equal(1);
    const isCrashing = ({ status }: PodLine) => status === 'CrashLoopBackOff';
    const pods = await untilPods(motion.home, (now) => now.some(isCrashing));
    const crashing = pods.find(isCrashing);
    const described = await kubectl('describe', 'pod', crashing?.name ?? '');
    expect(described).to.match(/Last State: +Terminated/);
    expect(described).to.match(/Message: +.*--no-such-flag is no flag of this command/);
    expect(described).to.match(/Exit Code: +2/);
    const logs = await kubectl('logs', crashing?.name ?? '');
    expect(logs).to.contain('--no-such-flag is no flag');
    expect((await ready()).map(({ name }) => name)).to.deep.equal(before.map(({ name }) => name));
  });

  it('is rolled back by the command of the README, to the version before the crash', async () => {
    await motion.readme('helm rollback', motion.next);
    const pods = await untilPods(motion.home, (now) => now.length === 2);
    expect(imagesOf(pods)).to.deep.equal(Array(2).fill(`institution-sync:${motion.next.version}`));
    expect(pods.every((pod) => pod.ready)).to.equal(true);
  });

  it('is rolled back to the first version during a sync', async () => {
    await startSync(FIRST + 400);
    const { code, stderr } = await motion.cluster.plane.helm([
      'rollback',
      HOME,
      '1',
      '-n',
      HOME,
      '--wait',
    ]);
    expect(code, stderr).to.equal(0);
    expect(imagesOf(await ready())).to.deep.equal(
      Array(2).fill(`institution-sync:${motion.old.version}`),
    );
    await endSync(FIRST + 400);
    writers();
  });

  it('is uninstalled by the command of the README, and leaves resource and objects', async () => {
    await motion.readme('helm uninstall', motion.old);
    await untilPods(motion.home, (pods) => pods.length === 0);
    await kubectl('get', 'crd', 'institutionsyncs.sync.timeshighereducation.com');
    const left = await kubectl('get', LEFT_BEHIND, '-o', 'name');
    expect(left.trim().split('\n')).to.deep.equal([`lease.coordination.k8s.io/${HOME}`]);
    const { metadata } = await tenant.client.get('world');
    expect(metadata.finalizers ?? []).to.deep.equal([]);
    expect(tenant.names()).to.have.length(FIRST + 400);
  });

  it('takes up its work when an older chart is installed and upgraded to this one', async function () {
    const folder = await chartBefore(path.join(motion.folder, 'before'));
    if (folder === undefined) {
      console.error('Skipped: there is no history with an older chart');
      this.skip();
    }
    await motion.readme('helm install', { folder }, '-f', motion.values, '--wait');
    await startSync(FIRST + 500);
    await motion.readme('helm upgrade', motion.old);
    await endSync(FIRST + 500);
    writers();
  });

  it('has let the namespace end whose credentials were lost, and its organizations stay', async () => {
    const { client, names } = lost;
    await client.kubectl('wait', '--for=delete', `namespace/${client.namespace}`, '--timeout=60s');
    expect(names()).to.have.length(LOST.length);
    const log = [...motion.cluster.agent.logs.values()].join('');
    expect(log).to.contain('organizations left behind');
    stretchesOf(motion.cluster.agent, lost.auth0);
  });
});
