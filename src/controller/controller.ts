import { tenantHost } from '../api/auth0-settings.ts';
import { hostname } from 'node:os';
import type { KubeConfig } from '@kubernetes/client-node';
import { createPacer, type Pacer } from '../auth0/pacing/pacer.ts';
import { openApiAccess, type ApiAccess } from '../kubernetes/api-access.ts';
import { createEventRecorder } from '../kubernetes/events.ts';
import type { HeldLease } from '../kubernetes/held-lease.ts';
import { acquireLease } from '../kubernetes/lease.ts';
import { startReflector, type Reflector } from '../kubernetes/reflector.ts';
import { objectKey } from '../kubernetes/resource.ts';
import { startWorkQueue, type WorkQueue, type WorkResult } from '../kubernetes/work-queue.ts';
import { startHttpServers } from '../telemetry/health.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Random } from '../time/backoff.ts';
import type { Clock } from '../time/clock.ts';
import type { AllowLists } from './allow-list.ts';
import { INSTITUTION_SYNCS, openObjectApi } from './cluster-api.ts';
import type { ReconcileContext } from './context.ts';
import { trackObjects, type Objects } from './objects.ts';
import { reconcile } from './reconcile.ts';
import { watchSecrets } from './secret-watches.ts';
import { forgetMetrics, queueMetrics, startMetrics } from './sync-metrics.ts';

import { readWatchedObject, type WatchedObject } from './watched-object.ts';

export interface ControllerOptions {
  readonly kubeConfig: KubeConfig;
  /** Only these namespaces; all when empty. */
  readonly namespaces: readonly string[];
  readonly labelSelector: string | undefined;
  /** How many objects are worked on at the same time. */
  readonly concurrency: number;
  /** Where the Lease is; undefined: no leader election. */
  readonly leaseNamespace: string | undefined;
  readonly metricsBindAddress: string;
  readonly healthProbeBindAddress: string;
  readonly allowLists: AllowLists;
  readonly version: string;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
}

/** Names the Lease and, with its domain, the controller in events. */
const CONTROLLER_NAME = 'sync.timeshighereducation.com/institution-sync';
const LEASE_NAME = 'institution-sync';

/** A failure of the API server: 0.5 s, doubling, at most a minute. */
const QUEUE_BACKOFF = { firstMs: 500, capMs: 60_000 };

/** A watch hears a bookmark every minute or ends within ten; twice that is no accident. */
const SILENCE_MS = 20 * 60_000;

/**
 * Runs the operator until `signal` aborts:
 *
 * 1. Answer probes and metrics.
 * 2. Wait for the lease, when there is to be one leader only.
 * 3. Mirror the InstitutionSyncs, and watch the Secrets they name.
 * 4. Reconcile each object that the watch, a Secret or a timer calls for.
 * 5. On the signal: start nothing new, finish the requests in flight, give up the lease.
 *
 * Rejects when the lease is lost: the process must end at once, because another one works now.
 */
export async function runController(
  options: ControllerOptions,
  signal: AbortSignal,
): Promise<void> {
  const { log, clock, metrics } = options;
  const access = openApiAccess({
    kubeConfig: options.kubeConfig,
    clock,
    userAgent: `institution-sync/${options.version}`,
    onRequest: (code, method) => metrics.restRequests.inc({ code, method }),
  });
  let reflectors: readonly Reflector<WatchedObject>[] = [];
  const servers = await startHttpServers(
    {
      metricsBindAddress: options.metricsBindAddress,
      healthProbeBindAddress: options.healthProbeBindAddress,
      registry: metrics.registry,
      livez: () => [{ name: 'watch', ok: !isSilent(reflectors, clock) }],
      readyz: () => [{ name: 'process', ok: !signal.aborted }],
    },
    signal,
  );
  log.info('controller started', { version: options.version, ...servers.addresses });

  const lease = await leadership(options, access, signal);
  try {
    const ended = new AbortController();
    const running = AbortSignal.any([signal, ended.signal]);
    const operator = operate(options, access, lease, running);
    reflectors = operator.reflectors;
    const lost = lease && rejectWhenLost(lease);
    await (lost ? Promise.race([operator.done, lost]) : operator.done).finally(() => ended.abort());
    await lease?.release(AbortSignal.timeout(5_000));
  } finally {
    await access.close();
    await servers.done;
  }
  log.info('controller stopped');
}

async function leadership(
  options: ControllerOptions,
  access: ApiAccess,
  signal: AbortSignal,
): Promise<HeldLease | undefined> {
  const { leaseNamespace, metrics, clock, random, log } = options;
  if (leaseNamespace === undefined) return undefined;
  metrics.leader.set({ name: LEASE_NAME }, 0);
  const lease = await acquireLease(
    {
      access,
      namespace: leaseNamespace,
      name: LEASE_NAME,
      identity: `${hostname()}_${Math.floor(random() * 2 ** 48).toString(36)}`,
      clock,
      monotonic: () => performance.now(),
      random,
      log,
    },
    signal,
  );
  metrics.leader.set({ name: LEASE_NAME }, 1);
  return lease;
}

function rejectWhenLost(lease: HeldLease): Promise<never> {
  return new Promise((_resolve, reject) => {
    lease.lost.addEventListener('abort', () => reject(lease.lost.reason as Error), { once: true });
  });
}

function isSilent(reflectors: readonly Reflector<unknown>[], clock: Clock): boolean {
  return reflectors.some((reflector) => clock.now() - reflector.lastHeard() > SILENCE_MS);
}

/** Mirrors, watches and reconciles until the signal aborts; `done` resolves when all work has ended. */
function operate(
  options: ControllerOptions,
  access: ApiAccess,
  lease: HeldLease | undefined,
  signal: AbortSignal,
): { readonly reflectors: readonly Reflector<WatchedObject>[]; readonly done: Promise<void> } {
  const { log, clock, random, metrics, labelSelector } = options;
  const common = { access, clock, random, log };
  const reflectors: Reflector<WatchedObject>[] = [];
  const all = () => reflectors.flatMap((reflector) => reflector.list());
  const find = (key: string) => reflectors.map((each) => each.get(key)).find(Boolean);

  const events = createEventRecorder({
    ...common,
    controller: CONTROLLER_NAME,
    instance: hostname(),
  });
  const context: ReconcileContext = {
    api: openObjectApi(access, events),
    objects: all,
    allowLists: options.allowLists,
    session: {
      pacerOf: sharedPacers(options),
      onRemaining(remaining) {
        for (const [endpoint, left] of remaining) metrics.auth0Remaining.set({ endpoint }, left);
      },
      tenant: {
        clock,
        random,
        log,
        onRequest: (endpoint, code) =>
          metrics.auth0Requests.inc({ endpoint, code: String(code ?? 'none') }),
        mayWrite: () => {
          if (lease?.isHeld() === false) throw new Error('The lease is lost; nothing is written.');
        },
      },
      source: {
        clock,
        random,
        log,
        onRequest: (code) => metrics.sourceRequests.inc({ code: String(code ?? 'none') }),
      },
    },
    metrics,
    log,
    clock,
    random,
  };

  const queue: WorkQueue = startWorkQueue(
    {
      ...common,
      workers: options.concurrency,
      backoff: QUEUE_BACKOFF,
      metrics: queueMetrics(metrics, options.concurrency),
      work: async (key, until) => {
        // Which of two objects for one tenant is the older shows only when all are known.
        await Promise.all(reflectors.map((reflector) => reflector.synced));
        return work(find(key), objects, context, until);
      },
    },
    signal,
  );
  const secrets = watchSecrets({ ...common, onChange: (keys) => objects.wake(keys) }, signal);
  const objects: Objects = trackObjects({
    enqueue: (key) => queue.add(key),
    secrets,
    others: all,
    onTracked: (object) => startMetrics(metrics, object),
    onForgotten: (object) => forgetMetrics(metrics, object),
  });

  const namespaces = options.namespaces.length === 0 ? [undefined] : options.namespaces;
  for (const namespace of namespaces) {
    const selection = { resource: INSTITUTION_SYNCS, namespace, labelSelector };
    const parse = readWatchedObject;
    const onEvent = objects.onEvent;
    reflectors.push(startReflector({ ...common, selection, parse, onEvent }, signal));
  }
  const done = Promise.all([queue.done, ...reflectors.map((reflector) => reflector.done)]);
  return { reflectors, done: done.then(() => {}) };
}

async function work(
  object: WatchedObject | undefined,
  objects: Objects,
  context: ReconcileContext,
  signal: AbortSignal,
): Promise<WorkResult> {
  if (object === undefined) return 'done';
  const key = objectKey(object.metadata);
  const log = context.log.child({ object: key });
  const session = {
    ...context.session,
    tenant: { ...context.session.tenant, log },
    source: { ...context.session.source, log },
  };
  const entry = objects.entryOf(object);
  const afterMs = await reconcile(object, entry, { ...context, log, session }, signal);
  return afterMs === undefined ? 'done' : { afterMs };
}

function sharedPacers({ clock }: ControllerOptions): (domain: string) => Pacer {
  const pacers = new Map<string, Pacer>();
  return (domain) => {
    const key = tenantHost(domain);
    const pacer = pacers.get(key) ?? createPacer({ clock });
    pacers.set(key, pacer);
    return pacer;
  };
}
