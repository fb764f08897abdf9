import { z } from 'zod';
import type { Reason } from '../../src/api/reasons.ts';
import { render } from './chart.ts';
import { startPrometheus } from './prometheus.ts';
import type { Shown } from './reason-shown.ts';
import type { World } from './world.ts';

const RuleGroups = z.object({ groups: z.array(z.looseObject({})) });

/** The alerts that each object has set off, or will when it stays as it is, by a real Prometheus. */
export async function alertsOf(
  { operator: { plane, namespace } }: World,
  shown: readonly Shown[],
  target: string,
  program: string,
): Promise<ReadonlyMap<Reason, readonly string[]>> {
  const objects = await render(plane, namespace, ['prometheusRule.enabled=true']);
  const rule = objects.find(({ kind }) => kind === 'PrometheusRule');
  const groups = RuleGroups.parse(rule?.['spec']).groups;
  await using server = await startPrometheus(program, {
    target,
    labels: {},
    honorLabels: true,
    rules: { groups: groups.map((group) => ({ ...group, interval: '1s' })) },
  });
  await server.scraped();
  await server.evaluated();
  const alerts = await server.query('ALERTS');
  return new Map(
    shown.map(({ reason, stage }) => {
      const own = alerts.filter(({ labels }) => labels['name'] === stage.name);
      return [reason, own.map(({ labels }) => labels['alertname'] ?? '').toSorted()];
    }),
  );
}
