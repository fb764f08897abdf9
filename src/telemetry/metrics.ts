import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { createObjectMetrics } from './object-metrics.ts';

/** As controller-runtime has them, without its finest steps. */
const RECONCILE_SECONDS = [0.005, 0.025, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800, 3600, 7200];
/** As client-go's work queue has them. */
const QUEUE_SECONDS = [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 100, 1000];

/** Of prom-client: sums of gauges beside them, under names that only counters may have. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** All metrics of the program, in a registry of their own. Durations are in seconds. */
export type Metrics = ReturnType<typeof createMetrics>;

/** Names follow controller-runtime and client-go where these have one, so that dashboards know them. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  let lastHeard: (() => number) | undefined;
  new Gauge({
    name: 'institution_sync_watch_last_heard_timestamp_seconds',
    help: 'When the API server was last heard of by the quietest watch of the objects, in Unix seconds; absent where nothing is watched, as in a replica that stands by.',
    registers,
    collect() {
      if (lastHeard !== undefined) this.set(lastHeard() / 1000);
    },
  }).remove();

  return {
    registry,
    /** From now on each scrape asks when the watches were last heard, in epoch milliseconds. */
    observeWatches(read: () => number): void {
      lastHeard = read;
    },
    buildInfo: new Gauge({
      name: 'institution_sync_build_info',
      help: 'Always 1: the version of the controller.',
      labelNames: ['version'] as const,
      registers,
    }),
    ofObjects: createObjectMetrics(registers),
    auth0Requests: new Counter({
      name: 'institution_sync_auth0_requests_total',
      help: 'Requests to Auth0 by endpoint and status code; code error: no answer.',
      labelNames: ['endpoint', 'code'] as const,
      registers,
    }),
    auth0Remaining: new Gauge({
      name: 'institution_sync_auth0_rate_limit_remaining',
      help: 'Requests that Auth0 last said to be left, by endpoint; of several tenants the one that answered last.',
      labelNames: ['endpoint'] as const,
      registers,
    }),
    sourceRequests: new Counter({
      name: 'institution_sync_source_requests_total',
      help: 'Requests to THE by status code; code error: no answer.',
      labelNames: ['code'] as const,
      registers,
    }),
    reconcileTotal: new Counter({
      name: 'controller_runtime_reconcile_total',
      help: 'Reconciliations by result: success, requeue, requeue_after, error.',
      labelNames: ['controller', 'result'] as const,
      registers,
    }),
    reconcileErrors: new Counter({
      name: 'controller_runtime_reconcile_errors_total',
      help: 'Reconciliations that ended with an error.',
      labelNames: ['controller'] as const,
      registers,
    }),
    reconcileSeconds: new Histogram({
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'How long reconciliations took.',
      labelNames: ['controller'] as const,
      buckets: RECONCILE_SECONDS,
      registers,
    }),
    activeWorkers: new Gauge({
      name: 'controller_runtime_active_workers',
      help: 'Workers that reconcile now.',
      labelNames: ['controller'] as const,
      registers,
    }),
    maxWorkers: new Gauge({
      name: 'controller_runtime_max_concurrent_reconciles',
      help: 'Workers there are.',
      labelNames: ['controller'] as const,
      registers,
    }),
    queueDepth: new Gauge({
      name: 'workqueue_depth',
      help: 'Objects that wait for a worker.',
      labelNames: ['name'] as const,
      registers,
    }),
    queueAdds: new Counter({
      name: 'workqueue_adds_total',
      help: 'Objects added to the queue.',
      labelNames: ['name'] as const,
      registers,
    }),
    queueSeconds: new Histogram({
      name: 'workqueue_queue_duration_seconds',
      help: 'How long objects waited for a worker.',
      labelNames: ['name'] as const,
      buckets: QUEUE_SECONDS,
      registers,
    }),
    workSeconds: new Histogram({
      name: 'workqueue_work_duration_seconds',
      help: 'How long a worker took for an object.',
      labelNames: ['name'] as const,
      buckets: QUEUE_SECONDS,
      registers,
    }),
    queueRetries: new Counter({
      name: 'workqueue_retries_total',
      help: 'Objects added again after a failure.',
      labelNames: ['name'] as const,
      registers,
    }),
    leader: new Gauge({
      name: 'leader_election_master_status',
      help: '1 while this process holds the lease, else 0.',
      labelNames: ['name'] as const,
      registers,
    }),
    restRequests: new Counter({
      name: 'rest_client_requests_total',
      help: 'Requests to the Kubernetes API by status code and method; code <error>: no answer.',
      labelNames: ['code', 'method'] as const,
      registers,
    }),
  };
}
