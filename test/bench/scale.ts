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
  for (const count of counts) rows.push(...rowsOf(await measure(count)));
  return { rows };
}

async function measure(count: number): Promise<ScaleFigures> {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [PROCESS, String(count)]);
  return JSON.parse(stdout) as ScaleFigures;
}

function rowsOf({ count, firstSync, drift, ...memory }: ScaleFigures): readonly Row[] {
  const row = (what: string, measured: number, unit = '', bar?: number): Row => ({
    what: `${count.toLocaleString('en')} organizations: ${what}`,
    measured,
    unit,
    bar,
  });
  const bound = boundSeconds({ plan: 'enterprise', writes: count });
  return [
    row('first sync', firstSync.seconds / 86_400, 'days'),
    row('first sync, time / bound', firstSync.seconds / bound, '', 1.05),
    row('first sync, answers 429', (100 * firstSync.refused) / firstSync.requests, '%', 0.5),
    row('reading all', drift.seconds / 3600, 'h'),
    row('reading all, requests', drift.requests),
    row('processor time of that, the model of the tenant included', drift.cpuSeconds, 's'),
    row('most memory resident', memory.mostMegabytes, 'MB'),
  ];
}
