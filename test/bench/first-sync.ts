import { setTimeout as sleep } from 'node:timers/promises';
import { startAuth0Sandbox, type Auth0Sandbox } from '../sandbox/auth0/start.ts';
import { institutions } from '../sandbox/institutions.ts';
import { startTheSandbox } from '../sandbox/the/start.ts';
import { boundSeconds, type Demand } from './bound.ts';
import { cpuSeconds } from './process-usage.ts';
import { startSync } from './sync-process.ts';
import type { Findings } from './row.ts';

const LOOK_EVERY_MS = 250;

export interface FirstSyncCase extends Pick<Demand, 'plan'> {
  readonly count: number;
  /** Of each answer, in the tenant's time, which is scaled as well. */
  readonly latencyMs: number;
  /** The part of the writes that another client of the tenant takes, 0 to 1. */
  readonly competitor: number;
  readonly requestBudget: number;
  /** How many times as fast as real time the tenant's buckets refill. */
  readonly timeScale: number;
}

/**
 * The command `sync` as a process fills an empty tenant: time, from the process's start to its end,
 * as a ratio to what the tenant's buckets allow; answers with 429; what the other client was refused.
 */
export async function benchFirstSync(scene: FirstSyncCase): Promise<Findings> {
  const { count, latencyMs, competitor, timeScale, plan, requestBudget } = scene;
  await using auth0 = await startAuth0Sandbox({
    plan,
    timeScale,
    fractionalReset: true,
    latencyMs: latencyMs / timeScale,
  });
  await using the = await startTheSandbox({ rows: institutions(count) });
  const bucket = plan === 'free' ? 'global' : 'writes';
  const rival = competitor > 0 ? auth0.competitor({ bucket, share: competitor }) : undefined;

  const { seconds, cpu } = await syncOnce(auth0, the.endpoint, requestBudget);
  const taken = rival?.stop();
  if (auth0.organizations().length !== count) throw new Error('the tenant was not filled');

  const bound = boundSeconds({ ...scene, writes: count });
  const sent = Object.values(auth0.requests.counts())
    .flatMap((byStatus) => Object.values(byStatus))
    .reduce((sum, each) => sum + each, 0);
  const name = nameOf(scene);
  return {
    rows: [
      { what: `${name}: time / bound`, measured: seconds / bound, unit: '', bar: 1.05 },
      {
        what: `${name}: answers 429`,
        measured: (100 * auth0.tooManyRequests()) / sent,
        unit: '%',
        bar: 0.5,
      },
      ...(taken === undefined
        ? []
        : [
            {
              what: `${name}: of the other client's requests refused`,
              measured: (100 * taken.refused) / taken.asked,
              unit: '%',
              bar: 0.5,
            },
          ]),
      {
        what: `${name}: processor time of the program, of one core`,
        measured: (100 * cpu) / seconds,
        unit: '%',
        bar: undefined,
      },
    ],
  };
}

function nameOf({ plan, count, latencyMs, competitor, requestBudget }: FirstSyncCase): string {
  const parts = [
    `${plan}, ${count.toLocaleString('en')} institutions`,
    `${latencyMs} ms`,
    competitor > 0 ? `another client takes ${competitor * 100} %` : '',
    requestBudget < 100 ? `requestBudget ${requestBudget}` : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

async function syncOnce(auth0: Auth0Sandbox, endpoint: string, requestBudget: number) {
  const sync = await startSync(auth0, endpoint, { REQUEST_BUDGET: String(requestBudget) });
  const ended = new AbortController();
  const usage = followCpu(sync.pid, ended.signal);
  const code = await sync.exit;
  const seconds = (performance.now() - sync.startedAt) / 1000;
  ended.abort();
  if (code !== 0) throw new Error(`the sync ended with ${code}`);
  return { seconds, cpu: await usage };
}

/** The last that could be read: a process that has ended is gone from /proc. */
async function followCpu(pid: number, signal: AbortSignal): Promise<number> {
  let last = 0;
  while (!signal.aborted) {
    last = await cpuSeconds(pid).catch(() => last);
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
  }
  return last;
}
