import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startControlPlane, type ControlPlane } from '../control-plane/start.ts';
import { openClient, type Client } from '../e2e/client.ts';
import { spawnController, type ControllerProcess } from '../e2e/controller-process.ts';
import { installChart } from '../e2e/install-chart.ts';
import { probeHealth } from './probe-health.ts';
import type { Row } from './row.ts';
import { startSandboxes, type SandboxProcess } from './sandbox-process.ts';

const LOOP_DELAY = fileURLToPath(new URL('loop-delay.mjs', import.meta.url));

/** An Enterprise tenant so many times as fast: 1,000 writes a second. */
const TIME_SCALE = '400';

/** Of the institutions, so many go before the second sync. */
const GONE = 0.01;

interface Figures {
  readonly mostMegabytes: number;
  readonly longestBlockMs: number;
  readonly slowestProbeMs: number;
  readonly cpuSeconds: number;
}

/**
 * What a controller takes for tenants of these sizes, each in a process of its own: the first sync
 * into an empty tenant, then one that reads everything again and removes a hundredth.
 */
export async function benchMemory(counts: readonly number[]): Promise<readonly Row[]> {
  const plane = await startControlPlane();
  try {
    const rows: Row[] = [];
    for (const count of counts) {
      const [first, second] = await measure(plane, count);
      rows.push(
        ...rowsOf(`first sync of ${count}`, first),
        ...rowsOf(`next sync of ${count}`, second),
      );
    }
    return rows;
  } finally {
    await plane.stop();
  }
}

function rowsOf(what: string, figures: Figures): readonly Row[] {
  return [
    {
      what: `${what}: most memory resident`,
      measured: figures.mostMegabytes,
      unit: 'MB',
      bar: 200,
    },
    { what: `${what}: event loop blocked`, measured: figures.longestBlockMs, unit: 'ms', bar: 100 },
    {
      what: `${what}: slowest probe`,
      measured: figures.slowestProbeMs,
      unit: 'ms',
      bar: undefined,
    },
    { what: `${what}: CPU`, measured: figures.cpuSeconds, unit: 's', bar: undefined },
  ];
}

async function measure(plane: ControlPlane, count: number): Promise<readonly [Figures, Figures]> {
  await using sandboxes = await startSandboxes([
    `--institutions=${count}`,
    `--entity-limit=${count + 1}`,
    `--time-scale=${TIME_SCALE}`,
    '--fractional-reset',
  ]);
  const namespace = await plane.createNamespace('memory');
  await installChart(plane, namespace, [`watchNamespace=${namespace}`]);
  const client = openClient(plane, namespace);
  const controller = await spawnController({
    plane,
    client,
    environment: {
      NODE_EXTRA_CA_CERTS: sandboxes.caFile,
      NODE_OPTIONS: `--import ${LOOP_DELAY}`,
    },
  });
  try {
    await client.createSecret('memory', {
      AUTH0_CLIENT_ID: sandboxes.clientId,
      AUTH0_CLIENT_SECRET: sandboxes.clientSecret,
    });
    const started = await controller.untilLine('controller started');
    const health = `http://${String(started['health'])}/livez`;
    const first = await whileSyncing(controller, health, () => client.apply(manifest(sandboxes)));
    await sandboxes.command('/the/set-rows', { count: Math.ceil(count * (1 - GONE)) });
    const second = await whileSyncing(controller, health, () => requestSync(client));
    return [first, second];
  } finally {
    await controller.stop('SIGKILL');
  }
}

async function whileSyncing(
  controller: ControllerProcess,
  health: string,
  begin: () => Promise<unknown>,
): Promise<Figures> {
  const { pid = 0 } = controller.child;
  await longestBlock(controller);
  const cpuBefore = await cpuSeconds(pid);
  const probe = probeHealth(health);
  await begin();
  await controller.untilLine('sync finished');
  const slowestProbeMs = await probe.stop();
  return {
    slowestProbeMs,
    longestBlockMs: await longestBlock(controller),
    mostMegabytes: await mostMegabytes(pid),
    cpuSeconds: (await cpuSeconds(pid)) - cpuBefore,
  };
}

/** The longest since it was asked last, in milliseconds. */
async function longestBlock(controller: ControllerProcess): Promise<number> {
  controller.lines.length = 0;
  controller.child.kill('SIGUSR2');
  return Number((await controller.untilLine('event loop'))['longestMs']);
}

/** Fields 14 and 15 of proc(5) are user and system time in ticks of 10 ms. */
async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function mostMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]) / 1024;
}

/** Everything is read again, and a removal is no matter for approval. */
function requestSync(client: Client): Promise<string> {
  const requested = `sync.timeshighereducation.com/requestedAt=${new Date().toISOString()}`;
  return client.kubectl('annotate', 'isync', 'memory', requested);
}

function manifest({ domain, institutionsEndpoint }: SandboxProcess): object {
  return {
    apiVersion: 'sync.timeshighereducation.com/v1alpha1',
    kind: 'InstitutionSync',
    metadata: { name: 'memory' },
    spec: {
      nap: '1h',
      auth0: { domain, credentialsSecretRef: { name: 'memory' } },
      institutions: { endpoint: institutionsEndpoint },
    },
  };
}

if (import.meta.main) {
  const counts = process.argv.slice(2).map(Number);
  console.log(JSON.stringify(await benchMemory(counts), null, 2));
}
