import { setTimeout as sleep } from 'node:timers/promises';
import { startControlPlane, type ControlPlane } from '../control-plane/start.ts';
import { openClient, type Client } from '../e2e/client.ts';
import { spawnController } from '../e2e/controller-process.ts';
import { installChart } from '../e2e/install-chart.ts';
import { startAuth0Sandbox, type Auth0Sandbox } from '../sandbox/auth0/start.ts';
import { institutions } from '../sandbox/institutions.ts';
import { startTheSandbox, type TheSandbox } from '../sandbox/the/start.ts';
import { cpuSeconds, residentMegabytes } from './process-usage.ts';
import { seed } from './requests.ts';
import { median, type Findings, type Row } from './row.ts';

/** As many as THE lists. */
const COUNT = 13_229;
const ROUNDS = 5;
/** After this a controller that has nothing to do is at rest. */
const SETTLING_MS = 2_000;
const IDLE_MS = 60_000;
const AMPLE = { burst: 1_000, perMinute: 60_000 };

interface Place {
  readonly plane: ControlPlane;
  readonly client: Client;
}

/**
 * The controller as a process at a real API server, with as many institutions as THE lists: from its
 * start to the first request of its first reconciliation, and from `kubectl apply` to the first
 * write in Auth0.
 */
export function benchStart(): Promise<Findings> {
  return atApiServer(async (place) => {
    const starts: number[] = [];
    const applies: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const { start, apply } = await measureRound(place, `round-${round}`);
      starts.push(start);
      applies.push(apply);
    }
    return {
      rows: [
        ...summary('process start to first reconcile', starts, 2),
        ...summary('kubectl apply to first write', applies, 1),
      ],
    };
  });
}

/** What a controller takes in a minute in which nothing happens. */
export function benchIdle(): Promise<Findings> {
  return atApiServer(async (place) => {
    const { empty, full } = await measureIdle(place);
    const many = `idle with ${COUNT.toLocaleString('en')} institutions`;
    return {
      rows: [
        { what: 'idle: resident', measured: empty.megabytes, unit: 'MB', bar: 90 },
        { what: 'idle: processor time', measured: empty.cpuPercent, unit: '%', bar: undefined },
        {
          what: 'idle: requests to Auth0 and THE in a minute',
          measured: full.requests,
          unit: '',
          bar: 0,
        },
        { what: `${many}: resident`, measured: full.megabytes, unit: 'MB', bar: undefined },
        { what: `${many}: processor time`, measured: full.cpuPercent, unit: '%', bar: undefined },
      ],
    };
  });
}

async function atApiServer(run: (place: Place) => Promise<Findings>): Promise<Findings> {
  const plane = await startControlPlane();
  try {
    const namespace = await plane.createNamespace('bench');
    await installChart(plane, namespace, [`watchNamespace=${namespace}`]);
    return await run({ plane, client: openClient(plane, namespace) });
  } finally {
    await plane.stop();
  }
}

/** An object is applied while a controller idles, and found due by one that has just started. */
async function measureRound(place: Place, name: string) {
  let onRequest: ((method: string, endpoint: string) => void) | undefined;
  await using auth0 = await startAuth0Sandbox({
    onRequest: ({ method, endpoint }) => onRequest?.(method, endpoint),
  });
  await using the = await startTheSandbox({ rows: institutions(COUNT) });
  await createSecret(place.client, name, auth0);
  const idling = await spawnController(place);
  await idling.untilLine('controller started');
  await sleep(SETTLING_MS);

  const written = Promise.withResolvers<number>();
  onRequest = (method, endpoint) => {
    if (method === 'POST' && endpoint === 'writes') written.resolve(performance.now());
  };
  const appliedAt = performance.now();
  await place.client.apply(manifest(name, auth0, the));
  const apply = (await written.promise) - appliedAt;

  // Its first sync is cut off, so the next controller has to begin at once.
  await idling.stop('SIGKILL');
  const begun = Promise.withResolvers<number>();
  onRequest = () => begun.resolve(performance.now());
  const starting = await spawnController(place);
  const start = (await begun.promise) - starting.startedAt;
  await starting.stop('SIGKILL');
  await place.client.kubectl('delete', 'isync', name);
  return { start: start / 1000, apply: apply / 1000 };
}

/** A minute without an object, then one after a tenant that was equal already has been read. */
async function measureIdle(place: Place) {
  const rows = institutions(COUNT);
  await using auth0 = await startAuth0Sandbox({ limits: { list: AMPLE, global: AMPLE } });
  await using the = await startTheSandbox({ rows });
  seed(auth0, rows);
  await createSecret(place.client, 'idle', auth0);
  const controller = await spawnController(place);
  const { pid = 0 } = controller.child;
  await controller.untilLine('controller started');
  const empty = await idleMinute(pid);
  await place.client.apply(manifest('idle', auth0, the));
  await controller.untilLine('sync finished');
  auth0.requests.clear();
  the.requests.clear();
  const full = await idleMinute(pid);
  const requests = auth0.requests.count({}) + the.requests.count({});
  await controller.stop();
  return { empty, full: { ...full, requests } };
}

async function idleMinute(pid: number) {
  await sleep(SETTLING_MS);
  const before = await cpuSeconds(pid);
  await sleep(IDLE_MS);
  const cpuPercent = (100 * ((await cpuSeconds(pid)) - before)) / (IDLE_MS / 1000);
  return { cpuPercent, megabytes: (await residentMegabytes(pid)).now };
}

function manifest(name: string, auth0: Auth0Sandbox, the: TheSandbox): object {
  return {
    apiVersion: 'sync.timeshighereducation.com/v1alpha1',
    kind: 'InstitutionSync',
    metadata: { name },
    spec: {
      auth0: { domain: auth0.domain, credentialsSecretRef: { name } },
      institutions: { endpoint: the.endpoint },
    },
  };
}

function createSecret(client: Client, name: string, auth0: Auth0Sandbox): Promise<void> {
  return client.createSecret(name, {
    AUTH0_CLIENT_ID: auth0.clientId,
    AUTH0_CLIENT_SECRET: auth0.clientSecret,
  });
}

function summary(what: string, seconds: readonly number[], bar: number): readonly Row[] {
  const slowest = Math.max(...seconds);
  return [
    { what: `${what}, median of ${seconds.length}`, measured: median(seconds), unit: 's', bar },
    { what: `${what}, slowest`, measured: slowest, unit: 's', bar: undefined },
  ];
}
