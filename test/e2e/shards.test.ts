import { expect } from 'chai';
import { sharedControlPlane } from '../control-plane/shared.ts';
import { startAuth0Sandbox, type Auth0Sandbox } from '../sandbox/auth0/start.ts';
import { institutions } from '../sandbox/institutions.ts';
import { startTheSandbox, type TheSandbox } from '../sandbox/the/start.ts';
import { openClient, type Client } from './client.ts';
import { spawnController, type ControllerProcess } from './controller-process.ts';
import { installChart } from './install-chart.ts';
import { conditionOf, isReady } from './operator.ts';

/** The API server's creation times have whole seconds. */
function untilNextSecond(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1_000 - (Date.now() % 1_000)));
}

const SHARDS = ['a', 'b'] as const;

describe('two controllers that share the work by a label', function () {
  this.timeout(180_000);
  let client: Client;
  const controllers: Record<string, ControllerProcess> = {};
  const services = new AsyncDisposableStack();

  before(async () => {
    const plane = await sharedControlPlane();
    const namespace = await plane.createNamespace('shards');
    client = openClient(plane, namespace);
    for (const shard of SHARDS) {
      await installChart(
        plane,
        namespace,
        [`watchNamespace=${namespace}`, `watchLabelSelector=shard=${shard}`, 'leaderElection=true'],
        `shard-${shard}`,
      );
      const deployment = `shard-${shard}-institution-sync`;
      const controller = await spawnController({ plane, client, deployment });
      controllers[shard] = controller;
      services.defer(async () => {
        await controller.stop('SIGKILL');
      });
    }
  });
  after(() => services.disposeAsync());

  interface Tenant {
    readonly auth0: Auth0Sandbox;
    readonly the: TheSandbox;
  }

  async function startTenant(count: number): Promise<Tenant> {
    const auth0 = await startAuth0Sandbox({ timeScale: 60, fractionalReset: true });
    const the = await startTheSandbox({ rows: institutions(count) });
    services.use(auth0);
    services.use(the);
    return { auth0, the };
  }

  async function apply(
    name: string,
    shard: string | undefined,
    { auth0, the }: Tenant,
  ): Promise<void> {
    await client.createSecret(name, {
      AUTH0_CLIENT_ID: auth0.clientId,
      AUTH0_CLIENT_SECRET: auth0.clientSecret,
    });
    await client.apply({
      apiVersion: 'sync.timeshighereducation.com/v1alpha1',
      kind: 'InstitutionSync',
      metadata: { name, labels: shard === undefined ? {} : { shard } },
      spec: {
        nap: '1s',
        auth0: { domain: auth0.domain, credentialsSecretRef: { name } },
        institutions: { endpoint: the.endpoint },
        limits: { deletions: '100%' },
      },
    });
  }

  /** The controllers that have synced the object so far. */
  function workersOf(name: string): readonly string[] {
    return SHARDS.filter((shard) =>
      controllers[shard]?.lines.some(
        ({ message, object }) =>
          message === 'sync finished' && object === `${client.namespace}/${name}`,
      ),
    );
  }

  it('each holds a Lease of its own', async () => {
    for (const shard of SHARDS) {
      await controllers[shard]?.untilLine('This process holds the lease');
    }
    const leases = await client.kubectl('get', 'leases', '-o', 'name');
    expect(leases.trim().split('\n').toSorted()).to.deep.equal([
      'lease.coordination.k8s.io/shard-a-institution-sync',
      'lease.coordination.k8s.io/shard-b-institution-sync',
    ]);
  });

  it('each works on its own objects, and nobody on one without the label', async () => {
    const tenant = await startTenant(3);
    await apply('nobodys', undefined, tenant);
    for (const shard of SHARDS) await apply(`of-${shard}`, shard, await startTenant(5));
    for (const shard of SHARDS) {
      const { status } = await client.until(`of-${shard}`, (object) => isReady(object));
      expect(status?.organizations).to.include({ managed: 5 });
      expect(workersOf(`of-${shard}`)).to.deep.equal([shard]);
    }
    expect(await client.get('nobodys')).to.not.have.property('status');
    expect(tenant.auth0.requests.counts()).to.deep.equal({});
  });

  it('an object with another label goes to the other one, and nothing is lost', async () => {
    const tenant = await startTenant(4);
    await apply('moving', 'a', tenant);
    const before = await client.until('moving', (object) => isReady(object));
    await client.kubectl('label', '--overwrite', 'isync', 'moving', 'shard=b');
    tenant.the.setRows(institutions(6));
    const { status } = await client.until(
      'moving',
      (object) => object.status?.organizations?.managed === 6,
    );
    expect(status?.lastSync?.id).to.not.equal(before.status?.lastSync?.id);
    expect(workersOf('moving')).to.deep.equal(['a', 'b']);
    const removals = tenant.auth0.requests.all().filter(({ method }) => method === 'DELETE');
    expect(removals).to.have.length(0);
  });

  it('do not fight over a tenant: the older object works, in whichever shard it is', async () => {
    const older = await startTenant(6);
    await apply('older', 'a', older);
    await client.until('older', (object) => isReady(object));
    await untilNextSecond();
    // It would remove half of what the older one made.
    const younger = { auth0: older.auth0, the: (await startTenant(3)).the };
    await apply('younger', 'b', younger);
    const stalled = await client.until('younger', (object) =>
      isReady(object, 'False TenantConflict'),
    );
    expect(conditionOf(stalled, 'Stalled')).to.equal('True TenantConflict');
    expect(stalled.status?.conditions?.[0]?.message).to.include(`${client.namespace}/older`);
    expect(younger.the.requests.counts()).to.deep.equal({});
    expect(older.auth0.organizations()).to.have.length(6);

    await client.kubectl('delete', 'isync', 'older');
    const { status } = await client.until('younger', (object) => isReady(object));
    expect(status?.organizations).to.include({ managed: 3 });
    expect(older.auth0.organizations()).to.have.length(3);
    expect(workersOf('younger')).to.deep.equal(['b']);
  });
});
