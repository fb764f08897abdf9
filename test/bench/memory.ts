import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startControlPlane, type ControlPlane } from '../control-plane/start.ts';
import { openClient, type Client } from '../e2e/client.ts';
import { spawnController, type ControllerProcess } from '../e2e/controller-process.ts';
import { installChart } from '../e2e/install-chart.ts';
import { probeHealth } from './probe-health.ts';
import { cpuSeconds, residentMegabytes } from './process-usage.ts';
import type { Findings, Point, Row } from './row.ts';
import { startSandboxes, type SandboxProcess } from './sandbox-process.ts';
import { startSync } from './sync-process.ts';

const LOOP_DELAY = fileURLToPath(new URL('loop-delay.mjs', import.meta.url));
const ENVIRONMENT = { NODE_OPTIONS: `--import ${LOOP_DELAY}` };

/** An Enterprise tenant so many times as fast: 1,000 writes a second. */
const TIME_SCALE = '400';

/** Of the institutions, one in so many is gone before the second sync. */
const WITHOUT = 100;

/** The contract's bars are for this size. */
const BAR = { institutions: 100_000, megabytes: 200, blockMs: 100 };
/** A kubelet gives up a probe after a second. */
const PROBE_MS = 1_000;
/** After this a process that has just said that its sync is over has told all of it. */
const SETTLING_MS = 500;

/** What a process took for one sync. */
interface Figures {
  readonly megabytes: number;
  readonly blockMs: number;
  readonly blockCpuMs: number;
  readonly cpuSeconds: number;
  /** Of the controller alone: the command has no probes. */
  readonly slowestProbeMs?: number;
}

type LoopLine = Readonly<Record<string, unknown>>;

/**
 * What the command and the controller take for tenants of these sizes, in ascending order: the first
 * sync into an empty tenant, then one that reads all of both services and removes a hundredth. Each
 * sync of the command is a process of its own; a controller's makes both.
 */
export async function benchMemory(counts: readonly number[]): Promise<Findings> {
  const plane = await startControlPlane();
  try {
    const rows: Row[] = [];
    const series: Record<string, Point[]> = {};
    for (const count of counts) {
      const measured = {
        command: await measureCommand(count),
        controller: await measureController(plane, count),
      };
      for (const [who, syncs] of Object.entries(measured)) {
        for (const [which, figures] of Object.entries(syncs)) {
          const name = `${who}, ${which} sync of ${count.toLocaleString('en')}`;
          rows.push(...rowsOf(name, count, figures, count === counts.at(-1)));
        }
        const most = Math.max(syncs.first.megabytes, syncs.next.megabytes);
        (series[who] ??= []).push([count, most]);
      }
    }
    return { rows, series };
  } finally {
    await plane.stop();
  }
}

interface Measured {
  readonly first: Figures;
  readonly next: Figures;
}

/** The small ones tell of memory alone. */
function rowsOf(name: string, count: number, figures: Figures, inFull: boolean): readonly Row[] {
  const barred = count === BAR.institutions;
  const memory: Row = {
    what: `${name}: most memory resident`,
    measured: figures.megabytes,
    unit: 'MB',
    bar: barred ? BAR.megabytes : undefined,
  };
  if (!inFull) return [memory];
  const { blockMs, blockCpuMs, slowestProbeMs } = figures;
  return [
    memory,
    {
      what: `${name}: event loop blocked by work, longest`,
      measured: blockCpuMs,
      unit: 'ms',
      bar: BAR.blockMs,
    },
    {
      what: `${name}: event loop blocked, waits for the processor included`,
      measured: blockMs,
      unit: 'ms',
      bar: undefined,
    },
    ...(slowestProbeMs === undefined
      ? []
      : [
          {
            what: `${name}: slowest answer of /livez`,
            measured: slowestProbeMs,
            unit: 'ms',
            bar: PROBE_MS,
          },
        ]),
    {
      what: `${name}: processor time`,
      measured: figures.cpuSeconds,
      unit: 's',
      bar: undefined,
    },
  ];
}

function sandboxesOf(count: number): Promise<SandboxProcess> {
  return startSandboxes([
    `--institutions=${count}`,
    `--entity-limit=${count + 1}`,
    `--time-scale=${TIME_SCALE}`,
    '--fractional-reset',
  ]);
}

function loseRows(sandboxes: SandboxProcess, count: number): Promise<void> {
  return sandboxes.command('/the/set-rows', { count, without: WITHOUT });
}

async function measureCommand(count: number): Promise<Measured> {
  await using sandboxes = await sandboxesOf(count);
  const first = await syncByCommand(sandboxes);
  await loseRows(sandboxes, count);
  const next = await syncByCommand(sandboxes);
  return { first, next };
}

/** The nap keeps the process there when the sync has ended. */
async function syncByCommand(sandboxes: SandboxProcess): Promise<Figures> {
  const sync = await startSync(sandboxes, sandboxes.institutionsEndpoint, {
    NODE_EXTRA_CA_CERTS: sandboxes.caFile,
    NAP: '600000',
    ...ENVIRONMENT,
  });
  try {
    await sync.rounds(1);
    await sleep(SETTLING_MS);
    const loop = sync.untilLine('event loop');
    process.kill(sync.pid, 'SIGUSR2');
    return { ...blocksOf(await loop), ...(await usageOf(sync.pid)) };
  } finally {
    await sync.stop();
  }
}

async function measureController(plane: ControlPlane, count: number): Promise<Measured> {
  await using sandboxes = await sandboxesOf(count);
  const namespace = await plane.createNamespace('memory');
  await installChart(plane, namespace, [`watchNamespace=${namespace}`]);
  const client = openClient(plane, namespace);
  const controller = await spawnController({
    plane,
    client,
    environment: { NODE_EXTRA_CA_CERTS: sandboxes.caFile, ...ENVIRONMENT },
  });
  try {
    await client.createSecret('memory', {
      AUTH0_CLIENT_ID: sandboxes.clientId,
      AUTH0_CLIENT_SECRET: sandboxes.clientSecret,
    });
    const started = await controller.untilLine('controller started');
    const health = `http://${String(started['health'])}/livez`;
    const first = await whileSyncing(controller, health, () => client.apply(manifest(sandboxes)));
    await loseRows(sandboxes, count);
    const next = await whileSyncing(controller, health, () => requestSync(client));
    return { first, next };
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
  await loopOf(controller);
  const before = await cpuSeconds(pid);
  const probe = probeHealth(health);
  await begin();
  await controller.untilLine('sync finished');
  await sleep(SETTLING_MS);
  const slowestProbeMs = await probe.stop();
  const usage = await usageOf(pid);
  return {
    ...usage,
    cpuSeconds: usage.cpuSeconds - before,
    slowestProbeMs,
    ...blocksOf(await loopOf(controller)),
  };
}

/** The longest since it was asked last. */
function loopOf(controller: ControllerProcess): Promise<LoopLine> {
  controller.lines.length = 0;
  controller.child.kill('SIGUSR2');
  return controller.untilLine('event loop');
}

function blocksOf(line: LoopLine): Pick<Figures, 'blockMs' | 'blockCpuMs'> {
  return { blockMs: Number(line['longestMs']), blockCpuMs: Number(line['longestCpuMs']) };
}

async function usageOf(pid: number): Promise<Pick<Figures, 'megabytes' | 'cpuSeconds'>> {
  return { megabytes: (await residentMegabytes(pid)).most, cpuSeconds: await cpuSeconds(pid) };
}

/** Everything is read again. */
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
  const { rows } = await benchMemory(process.argv.slice(2).map(Number));
  console.log(JSON.stringify(rows, null, 1));
}
