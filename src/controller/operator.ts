import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { ApiAccess } from '../kubernetes/api-access.ts';
import { createEventRecorder } from '../kubernetes/events.ts';
import { LeaseLost, type HeldLease } from '../kubernetes/held-lease.ts';
import { objectKey } from '../kubernetes/resource.ts';
import { startWorkQueue, type WorkQueue } from '../kubernetes/work-queue.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Random } from '../time/backoff.ts';
import type { Clock } from '../time/clock.ts';
import type { AllowLists } from './allow-list.ts';
import { openObjectApi } from './cluster-api.ts';
import type { ReconcileContext } from './context.ts';
import { isDue } from './entry.ts';
import { leadership, rejectWhenLost } from './leadership.ts';
import { mirrorObjects, type Mirror } from './mirror.ts';
import { workOn } from './object-work.ts';
import { trackObjects, type Objects } from './objects.ts';
import { queueMetrics } from './queue-metrics.ts';
import { startRequestMetrics } from './request-metrics.ts';
import { watchSecrets } from './secret-watches.ts';
import type { SessionContext } from './session.ts';
import { sessionContext } from './session-context.ts';
import { createStartRamp } from './start-ramp.ts';
import { forgetMetrics, startMetrics } from './sync-metrics.ts';

export interface OperatorOptions {
  /** Only these namespaces; all when empty. */
  readonly namespaces: readonly string[];
  readonly labelSelector: string | undefined;
  /** How many objects are worked on at the same time. */
  readonly concurrency: number;
  /** The Lease that the leader holds; undefined: no leader election. */
  readonly lease: { readonly namespace: string; readonly name: string } | undefined;
  readonly allowLists: AllowLists;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
}

/** The ways out of the process, so that a simulation can bring its own. */
export interface Surroundings {
  readonly access: ApiAccess;
  /** The way of the lease's own writes, where `access` asks `mayWrite`; `access` by default. */
  readonly leaseAccess?: ApiAccess;
  /** As `LeaseOptions.monotonic`. */
  readonly monotonic: () => number;
  /** How Auth0 and THE are reached; the real network without them. */
  readonly fetch?: SessionContext['tenant']['fetch'];
  readonly adapter?: SessionContext['source']['adapter'];
  /** As `ReconcileContext.newId`; UUIDs without it. */
  readonly newId?: () => string;
}

export interface Operator {
  /** Whether a watch has heard nothing of the API server for longer than any accident lasts. */
  isSilent(): boolean;
  /** Throws when another process may be the leader by now: nothing is written any more. */
  mayWrite(): void;
  /** Resolves when all work has ended; rejects when the lease is lost. */
  readonly done: Promise<void>;
}

/** Names the controller in events. */
const CONTROLLER_NAME = 'sync.timeshighereducation.com/institution-sync';

/** A failure of the API server: 0.5 s, doubling, at most a minute. */
const QUEUE_BACKOFF = { firstMs: 500, capMs: 60_000 };

/** A watch hears a bookmark every minute or ends within ten; twice that is no accident. */
const SILENCE_MS = 20 * 60_000;

/**
 * Works until `signal` aborts:
 *
 * 1. Wait for the lease, when there is to be one leader only.
 * 2. Mirror the InstitutionSyncs, and watch the Secrets they name.
 * 3. Reconcile each object that the watch, a Secret or a timer calls for.
 * 4. On the signal: start nothing new, finish the requests in flight, give up the lease.
 *
 * When the lease is lost, the process must end at once, because another one works now.
 */
export function startOperator(
  options: OperatorOptions & Surroundings,
  signal: AbortSignal,
): Operator {
  const { access, leaseAccess = access, clock } = options;
  let mirror: Mirror | undefined;
  let lease: HeldLease | undefined;

  function keepMirror(begun: Mirror): void {
    mirror = begun;
  }

  function mayWrite(): void {
    if (lease?.isHeld() === false) throw new LeaseLost('The lease is lost; nothing is written.');
  }

  async function run(): Promise<void> {
    lease = await leadership({ ...options, access: leaseAccess }, signal);
    const ended = new AbortController();
    const running = AbortSignal.any([signal, ended.signal]);
    const work = operate(options, mayWrite, keepMirror, running);
    const lost = lease && rejectWhenLost(lease);
    await (lost ? Promise.race([work, lost]) : work).finally(() => ended.abort());
    // Bounded in time by the claim itself; the signal that ended the work must not cut it off.
    await lease?.release(new AbortController().signal);
  }

  return {
    isSilent: () => mirror !== undefined && clock.now() - mirror.lastHeard() > SILENCE_MS,
    mayWrite,
    done: run(),
  };
}

/** Mirrors, watches and reconciles until the signal aborts; resolves when all work has ended. */
async function operate(
  options: OperatorOptions & Surroundings,
  mayWrite: () => void,
  onMirror: (mirror: Mirror) => void,
  signal: AbortSignal,
): Promise<void> {
  const { access, log, clock, random, metrics, namespaces, labelSelector } = options;
  const common = { access, clock, random, log };
  startRequestMetrics(metrics);
  const instance = hostname();

  const events = createEventRecorder({
    ...common,
    controller: CONTROLLER_NAME,
    instance,
  });
  const context: ReconcileContext = {
    api: openObjectApi(access, events, (...read) => secrets.noteRead(...read)),
    claims: () => mirror.claims(),
    allowLists: options.allowLists,
    session: sessionContext(options, mayWrite),
    metrics,
    log,
    instance,
    clock,
    random,
    newId: options.newId ?? randomUUID,
  };

  const queue: WorkQueue = startWorkQueue(
    {
      ...common,
      workers: options.concurrency,
      backoff: QUEUE_BACKOFF,
      metrics: queueMetrics(metrics, options.concurrency),
      work: async (key, until) => {
        // Which of two objects for one tenant is the older shows only when all are known.
        await mirror.synced;
        return workOn(mirror.find(key), objects, context, until);
      },
    },
    signal,
  );
  const ramp = createStartRamp(random);
  let isStarting = true;
  const secrets = watchSecrets({ ...common, onChange: (keys) => objects.wake(keys) }, signal);
  const objects: Objects = trackObjects({
    enqueue: (key) => queue.add(key),
    enqueueNew(object, entry) {
      const isDeleted = object.metadata.deletionTimestamp !== undefined;
      const ramped = isStarting && !isDeleted && isDue(object, entry, clock.now());
      queue.addAfter(objectKey(object.metadata), ramped ? ramp() : 0);
    },
    secrets,
    others: () => mirror.list(),
    onTracked: (object) => startMetrics(metrics, object),
    onForgotten: (object) => forgetMetrics(metrics, object),
  });

  const mirror = mirrorObjects(
    {
      ...common,
      namespaces,
      labelSelector,
      onEvent: (...event) => objects.onEvent(...event),
      onClaim: (event, claim) => objects.onClaim(event, claim),
    },
    signal,
  );
  onMirror(mirror);
  metrics.observeWatches(() => mirror.lastHeard());
  mirror.synced.then(
    () => (isStarting = false),
    () => {},
  );
  await Promise.all([queue.done, mirror.done]);
}
