import type { WorkQueueMetrics } from '../../../src/kubernetes/work-queue.ts';

export const IGNORED_METRICS: WorkQueueMetrics = {
  added() {},
  depth() {},
  started() {},
  active() {},
  retried() {},
  finished() {},
};
