import type { WorkQueueMetrics } from '../kubernetes/work-queue.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** The name of the one controller and of its queue in metrics. */
const NAME = 'institutionsync';

/** The queue's and the reconciler's metrics, in client-go's and controller-runtime's names. */
export function queueMetrics(metrics: Metrics, workers: number): WorkQueueMetrics {
  const queue = { name: NAME };
  const controller = { controller: NAME };
  metrics.maxWorkers.set(controller, workers);
  metrics.activeWorkers.set(controller, 0);
  metrics.queueDepth.set(queue, 0);
  for (const counter of [metrics.queueAdds, metrics.queueRetries]) counter.inc(queue, 0);
  for (const seconds of [metrics.queueSeconds, metrics.workSeconds]) seconds.zero(queue);
  metrics.reconcileSeconds.zero(controller);
  metrics.reconcileErrors.inc(controller, 0);
  for (const result of ['success', 'requeue', 'requeue_after', 'error']) {
    metrics.reconcileTotal.inc({ ...controller, result }, 0);
  }
  return {
    added: () => metrics.queueAdds.inc(queue),
    depth: (keys) => metrics.queueDepth.set(queue, keys),
    started: (seconds) => metrics.queueSeconds.observe(queue, seconds),
    active: (count) => metrics.activeWorkers.set(controller, count),
    retried: () => metrics.queueRetries.inc(queue),
    finished(result, seconds) {
      metrics.workSeconds.observe(queue, seconds);
      metrics.reconcileSeconds.observe(controller, seconds);
      metrics.reconcileTotal.inc({ ...controller, result });
      if (result === 'error') metrics.reconcileErrors.inc(controller);
    },
  };
}
