import { createMetrics, type Metrics } from '../../src/telemetry/metrics.ts';

let metrics: Metrics | undefined;

/** Metrics that take no time: they are not what is tried here. */
export function quietMetrics(): Metrics {
  if (metrics !== undefined) return metrics;
  metrics = createMetrics();
  const { ofObjects, registry: _, ...others } = metrics;
  for (const metric of [...Object.values(others), ...Object.values(ofObjects)]) {
    for (const name of ['inc', 'set', 'observe', 'zero', 'remove']) {
      if (name in metric) Object.assign(metric, { [name]: () => {} });
    }
  }
  return metrics;
}
