import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds, from an idle reconciliation to a first sync of a whole tenant (88 minutes at best). */
const SYNC_SECONDS = [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200];
/** As controller-runtime has them, without its finest steps. */
const RECONCILE_SECONDS = [0.005, 0.025, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800, 3600, 7200];
/** As client-go's work queue has them. */
const QUEUE_SECONDS = [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 100, 1000];

const OBJECT = ['namespace', 'name'] as const;

/** All metrics of the program, in a registry of their own. Durations are in seconds. */
export type Metrics = ReturnType<typeof createMetrics>;

/** Names follow controller-runtime and client-go where these have one, so that dashboards know them. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const ofObjects = {
    lastSuccess: new Gauge({
      name: 'institution_sync_last_success_timestamp_seconds',
      help: 'When the last successful sync ended, in Unix seconds; 0 before the first.',
      labelNames: OBJECT,
      registers,
    }),
    duration: new Histogram({
      name: 'institution_sync_duration_seconds',
      help: 'How long syncs took.',
      labelNames: OBJECT,
      buckets: SYNC_SECONDS,
      registers,
    }),
    institutions: new Gauge({
      name: 'institution_sync_institutions',
      help: "Institutions in THE's last complete listing.",
      labelNames: OBJECT,
      registers,
    }),
    organizations: new Gauge({
      name: 'institution_sync_organizations',
      help: 'Organizations of the tenant by state: managed, in_sync, unmanaged, conflict.',
      labelNames: [...OBJECT, 'state'] as const,
      registers,
    }),
    changes: new Counter({
      name: 'institution_sync_changes_total',
      help: 'Changes in Auth0 by operation (create, update, delete) and result (success, failure).',
      labelNames: [...OBJECT, 'operation', 'result'] as const,
      registers,
    }),
    held: new Gauge({
      name: 'institution_sync_held_changes',
      help: 'Changes that wait for approval, by operation (update, delete).',
      labelNames: [...OBJECT, 'operation'] as const,
      registers,
    }),
    condition: new Gauge({
      name: 'institution_sync_condition',
      help: 'Conditions of the object: 1 for the status that a condition has, 0 for the others.',
      labelNames: [...OBJECT, 'type', 'status'] as const,
      registers,
    }),
  };

  return {
    registry,
    ofObjects,
    auth0Requests: new Counter({
      name: 'institution_sync_auth0_requests_total',
      help: 'Requests to Auth0 by endpoint and status code; code none: no answer.',
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
