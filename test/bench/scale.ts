import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { boundSeconds } from './bound.ts';
import type { Findings, Row } from './row.ts';
import type { ScaleFigures } from './scale-process.ts';

const PROCESS = fileURLToPath(new URL('scale-process.ts', import.meta.url));

/**
 * Tenants larger than any machine here can serve for real: the engine with the real pacing between a
 * model of the source and a model of the tenant, on a virtual clock, each size in a process of its own.
 */
export async function benchScale(counts: readonly number[]): Promise<Findings> {
  const rows: Row[] = [];
  for (const count of counts) rows.push(...tenantRows(await measure(count)));
  return { rows };
}

/** The share of one controller of several: so many tenants, so many of them at a time. */
export async function benchShard(tenants: number, organizations: number): Promise<Findings> {
  const figures = await measure(organizations, tenants, 64);
  const { first, next, concurrency } = figures;
  const waves = Math.ceil(tenants / concurrency);
  const bound = waves * boundSeconds({ plan: 'enterprise', writes: organizations });
  const row = rowOf(
    `${tenants.toLocaleString('en')} tenants of ${organizations}, ${concurrency} at a time`,
  );
  return {
    rows: [
      row('all filled after', first.seconds / 60, 'min'),
      row('that time / bound', first.seconds / bound),
      row('answers 429', (100 * first.refused) / first.requests, '%', 0.5),
      row('all read and compared again within', next.seconds / 60, 'min'),
      row('processor time of that, the models included', next.cpuSeconds, 's'),
      row('most memory resident of engine and models', figures.mostMegabytes, 'MB'),
    ],
  };
}

async function measure(...args: readonly number[]): Promise<ScaleFigures> {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [PROCESS, ...args.map(String)]);
  return JSON.parse(stdout) as ScaleFigures;
}

/** The figures of one tenant as rows. */
export function tenantRows({
  organizations,
  first,
  next,
  mostMegabytes,
}: ScaleFigures): readonly Row[] {
  const row = rowOf(`${organizations.toLocaleString('en')} organizations`);
  const bound = boundSeconds({ plan: 'enterprise', writes: organizations });
  return [
    row('first sync', first.seconds / 86_400, 'days'),
    row('first sync, time / bound', first.seconds / bound, '', 1.05),
    row('first sync, answers 429', (100 * first.refused) / first.requests, '%', 0.5),
    row('reading all', next.seconds / 3600, 'h'),
    row('reading all, requests', next.requests),
    row('processor time of that, the models included', next.cpuSeconds, 's'),
    row('most memory resident', mostMegabytes, 'MB'),
  ];
}

function rowOf(name: string) {
  return (what: string, measured: number, unit = '', bar?: number): Row => ({
    what: `${name}: ${what}`,
    measured,
    unit,
    bar,
  });
}
