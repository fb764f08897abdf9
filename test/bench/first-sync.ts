import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startAuth0Sandbox } from '../sandbox/auth0/start.ts';
import { caFile } from '../sandbox/certificates.ts';
import { institutions } from '../sandbox/institutions.ts';
import { startTheSandbox } from '../sandbox/the/start.ts';
import type { Row } from './row.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/institution-sync.js', import.meta.url));

/** Organization writes of an Enterprise tenant, by Auth0's documentation: burst, and a second. */
const BURST = 5;
const WRITES_PER_SECOND = 150 / 60;

export interface FirstSyncCase {
  readonly count: number;
  /** In the tenant's time, which is scaled as well. */
  readonly latencyMs: number;
  /** The part of the writes that another client of the tenant takes, 0 to 1. */
  readonly competitor: number;
  /** How many times as fast as real time the tenant's buckets refill. */
  readonly timeScale: number;
}

/**
 * The command `sync` as a process fills an empty Enterprise tenant: time as a ratio to what the
 * bucket of writes allows, and the share of requests that Auth0 answered with 429.
 */
export async function benchFirstSync(scene: FirstSyncCase): Promise<readonly Row[]> {
  const { count, latencyMs, competitor, timeScale } = scene;
  await using auth0 = await startAuth0Sandbox({
    timeScale,
    fractionalReset: true,
    latencyMs: latencyMs / timeScale,
  });
  await using the = await startTheSandbox({ rows: institutions(count) });
  const rival =
    competitor > 0 ? auth0.competitor({ bucket: 'writes', share: competitor }) : undefined;

  const seconds = await syncOnce(auth0, the.endpoint);
  rival?.stop();
  if (auth0.organizations().length !== count) throw new Error('the tenant was not filled');

  const bound = (count - BURST) / (WRITES_PER_SECOND * timeScale * (1 - competitor));
  const sent = auth0.requests.count({});
  const name = `first sync of ${count}, ${latencyMs} ms away${competitor > 0 ? `, another client takes ${competitor * 100} %` : ''}`;
  return [
    { what: `${name}: time / bound`, measured: seconds / bound, unit: '', bar: 1.05 },
    {
      what: `${name}: answers 429`,
      measured: (100 * auth0.tooManyRequests()) / sent,
      unit: '%',
      bar: 0.5,
    },
  ];
}

async function syncOnce(
  auth0: Awaited<ReturnType<typeof startAuth0Sandbox>>,
  endpoint: string,
): Promise<number> {
  const child = spawn(process.execPath, [PROGRAM, 'sync', '--quiet'], {
    env: {
      PATH: process.env['PATH'],
      NODE_EXTRA_CA_CERTS: await caFile(),
      AUTH0_DOMAIN: auth0.domain,
      AUTH0_CLIENT_ID: auth0.clientId,
      AUTH0_CLIENT_SECRET: auth0.clientSecret,
      THE_INSTITUTIONS_ENDPOINT: endpoint,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const startedAt = performance.now();
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the sync ended with ${code}`);
  return (performance.now() - startedAt) / 1000;
}
