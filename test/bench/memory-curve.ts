import { startAuth0Sandbox } from '../sandbox/auth0/start.ts';
import { institutions } from '../sandbox/institutions.ts';
import { startTheSandbox } from '../sandbox/the/start.ts';
import { residentMegabytes } from './process-usage.ts';
import { seed } from './requests.ts';
import { startSync } from './sync-process.ts';
import type { Findings, Point, Row } from './row.ts';

const AMPLE = { burst: 1_000, perMinute: 600_000 };
/** Of the institutions, one in so many has another name than its organization. */
const DIFFERING = 100;
/** The contract's bar is for this size. */
const BAR = { institutions: 100_000, megabytes: 200 };

/**
 * The most memory that the command `sync` has resident in a whole sync: all of THE and all of the
 * tenant is read and compared, and a hundredth is changed.
 */
export async function benchMemoryCurve(counts: readonly number[]): Promise<Findings> {
  const points: Point[] = [];
  for (const count of counts) points.push([count, await measure(count)]);
  const rows = points.map(([count, megabytes]): Row => ({
    what: `whole sync of ${count.toLocaleString('en')} institutions: most memory resident`,
    measured: megabytes,
    unit: 'MB',
    bar: count === BAR.institutions ? BAR.megabytes : undefined,
  }));
  return { rows, series: { memory: points } };
}

async function measure(count: number): Promise<number> {
  const rows = institutions(count);
  await using auth0 = await startAuth0Sandbox({
    limits: { list: AMPLE, global: AMPLE, writes: AMPLE },
    entityLimit: count,
  });
  await using the = await startTheSandbox({ rows });
  seed(
    auth0,
    rows.map((row, index) =>
      index % DIFFERING === 0 ? { ...row, name: `${row.name}, old` } : row,
    ),
  );
  // The nap keeps the process there when the sync has ended.
  const sync = await startSync(auth0, the.endpoint, { NAP: '600000' });
  try {
    await sync.rounds(1);
    return (await residentMegabytes(sync.pid)).most;
  } finally {
    await sync.stop();
  }
}
