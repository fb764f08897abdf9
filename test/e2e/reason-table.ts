import { z } from 'zod';
import {
  FAULT_REASONS,
  HELD_REASONS,
  OTHER_REASONS,
  READY_REASONS,
  type Reason,
} from '../../src/api/reasons.ts';
import { render } from './chart.ts';
import { startPrometheus } from './prometheus.ts';
import { makeCause, REASON_CAUSES } from './reason-causes.ts';
import { alertsOf, lookAt, type Shown } from './reason-shown.ts';
import type { Stage } from './stage.ts';
import type { World } from './world.ts';

export const REASONS: readonly Reason[] = [
  ...READY_REASONS,
  ...FAULT_REASONS,
  ...HELD_REASONS,
  ...OTHER_REASONS,
];

export interface Observed extends Shown {
  readonly reason: Reason;
  readonly stage: Stage;
  /** Absent where there is no Prometheus. */
  readonly alerts?: readonly string[];
}

const BEGIN = '<!-- reasons: begin (written by `npm run reasons`) -->';
const END = '<!-- reasons: end -->';
const RuleGroups = z.object({ groups: z.array(z.looseObject({})) });

/** Makes the cause of each reason at the same time and looks at what it shows. */
export async function observeReasons(
  world: World,
  prometheus: string | undefined,
): Promise<readonly Observed[]> {
  const metrics = String(
    (await world.operator.controller.untilLine('controller started'))['metrics'],
  );
  const made = await Promise.all(
    REASONS.map(async (reason) => ({ reason, stage: await makeCause(world, reason) })),
  );
  const observed: Observed[] = [];
  for (const { reason, stage } of made) {
    observed.push({ reason, stage, ...(await lookAt(stage, reason, metrics)) });
  }
  if (prometheus === undefined) return observed;

  const { plane, namespace } = world.operator;
  const objects = await render(plane, namespace, ['prometheusRule.enabled=true']);
  const rule = objects.find(({ kind }) => kind === 'PrometheusRule');
  const { groups } = RuleGroups.parse(rule?.['spec']);
  await using server = await startPrometheus(prometheus, {
    target: metrics,
    labels: {},
    honorLabels: true,
    rules: { groups: groups.map((group) => ({ ...group, interval: '1s' })) },
  });
  // Rules are evaluated once a second, as often as the target is scraped.
  for (let scrape = 0; scrape < 4; scrape += 1) await server.scraped();
  return Promise.all(
    observed.map(async (each) => ({ ...each, alerts: await alertsOf(server, each.stage.name) })),
  );
}

/** The page with the table of what was observed in its place. */
export function withTable(page: string, observed: readonly Observed[]): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from < 0 || to < from) throw new Error('docs/operations.md has lost the place of the table.');
  const head = [
    '| reason | cause | `kubectl get` | conditions in `kubectl describe` | events | metrics | alerts |',
    '| --- | --- | --- | --- | --- | --- | --- |',
  ];
  const table = [...head, ...observed.map(rowOf)].join('\n');
  return `${page.slice(0, from)}${BEGIN}\n\n${table}\n\n${page.slice(to)}`;
}

function rowOf({ reason, get, conditions, events, metrics, alerts }: Observed): string {
  const runbook = / Runbook: docs\/operations\.md#(\w+)$/.exec(get.status)?.[1];
  const said =
    runbook === undefined ? get.status : get.status.slice(0, get.status.lastIndexOf(' Runbook:'));
  const held = get.held !== '0' && get.held !== '<none>' ? `, HELD ${get.held}` : '';
  const cells = [
    runbook === undefined ? `\`${reason}\`` : `[\`${reason}\`](#${runbook})`,
    REASON_CAUSES[reason].how,
    `READY ${get.ready}${held}: ${said}`,
    conditions.map(code).join('<br>'),
    events
      .map((event) =>
        event.endsWith(`: ${said}`) ? `${event.split(':')[0]}: the same message` : event,
      )
      .join('<br>') || 'none',
    metrics.map(code).join('<br>'),
    alerts?.map((alert) => `[${alert}](#${alert.toLowerCase()})`).join('<br>') || 'none',
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
}

function code(text: string): string {
  return `\`${text}\``;
}
