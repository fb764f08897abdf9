import type { Log } from '../telemetry/log.ts';
import { backoffDelay, type Backoff, type Random } from '../time/backoff.ts';
import type { Clock } from '../time/clock.ts';

/** What a piece of work asks for: nothing more, the backoff of a failure, or a run at a later time. */
export type WorkResult = 'done' | 'retry' | { readonly afterMs: number };

/** What happens in the queue, in the words of client-go's and controller-runtime's metrics. */
export interface WorkQueueMetrics {
  added(): void;
  /** Keys that wait for a worker. */
  depth(keys: number): void;
  /** A worker has taken a key that waited for so long. */
  started(queuedSeconds: number): void;
  active(workers: number): void;
  retried(): void;
  finished(result: 'success' | 'requeue' | 'requeue_after' | 'error', seconds: number): void;
}

export interface WorkQueueOptions {
  /** Never runs twice at the same time for one key. A rejection is logged and means `retry`. */
  readonly work: (key: string, signal: AbortSignal) => Promise<WorkResult>;
  /** How many keys are worked on at the same time. */
  readonly workers: number;
  /** How long a key waits after each of its failures in a row. */
  readonly backoff: Backoff;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: WorkQueueMetrics;
}

export interface WorkQueue {
  /**
   * Work on this key after what was added before it. A key that waits is not added twice; one that
   * is being worked on is worked on once more afterwards.
   */
  add(key: string): void;
  /** Adds the key in `ms` milliseconds, unless an earlier time is set for it already. */
  addAfter(key: string, ms: number): void;
  /** Adds the key after the backoff of one more failure. */
  addRateLimited(key: string): void;
  /** The next failure of this key counts as its first. */
  forget(key: string): void;
  /** Resolves when the signal has aborted and the work that was running has ended. */
  readonly done: Promise<void>;
}

interface Timer {
  readonly dueAt: number;
  readonly ended: AbortController;
}

/**
 * A queue of keys and the workers that empty it, first come, first served. When the signal aborts,
 * nothing more starts; the work that is running gets the same signal and is waited for.
 */
export function startWorkQueue(options: WorkQueueOptions, signal: AbortSignal): WorkQueue {
  const { work, workers, backoff, clock, random, log, metrics } = options;
  // A key is in at most one of `waiting` and `again`; in `again` only while it is in `active`.
  // The values say since when.
  const waiting = new Map<string, number>();
  const again = new Map<string, number>();
  const active = new Set<string>();
  const timers = new Map<string, Timer>();
  const failures = new Map<string, number>();
  const drained = Promise.withResolvers<void>();

  function add(key: string): void {
    if (signal.aborted || waiting.has(key) || again.has(key)) return;
    (active.has(key) ? again : waiting).set(key, clock.now());
    metrics.added();
    dispatch();
  }

  function addAfter(key: string, ms: number): void {
    if (signal.aborted) return;
    if (ms <= 0) return add(key);
    const dueAt = clock.now() + ms;
    const earlier = timers.get(key);
    if (earlier !== undefined && earlier.dueAt <= dueAt) return;
    earlier?.ended.abort();
    const timer = { dueAt, ended: new AbortController() };
    timers.set(key, timer);
    // Rejects when an earlier time is set, or at the end.
    addWhenDue(key, ms, timer).catch(() => {});
  }

  async function addWhenDue(key: string, ms: number, timer: Timer): Promise<void> {
    await clock.sleep(ms, timer.ended.signal);
    if (timers.get(key) === timer) timers.delete(key);
    add(key);
  }

  function addRateLimited(key: string): void {
    const attempt = failures.get(key) ?? 0;
    failures.set(key, attempt + 1);
    metrics.retried();
    addAfter(key, backoffDelay(backoff, attempt, random));
  }

  function forget(key: string): void {
    failures.delete(key);
  }

  function dispatch(): void {
    while (active.size < workers) {
      const next = waiting.entries().next().value;
      if (next === undefined) break;
      const [key, since] = next;
      waiting.delete(key);
      active.add(key);
      void run(key, since);
    }
    metrics.depth(waiting.size);
    metrics.active(active.size);
  }

  async function run(key: string, since: number): Promise<void> {
    const startedAt = clock.now();
    metrics.started((startedAt - since) / 1000);
    let result: Parameters<WorkQueueMetrics['finished']>[0];
    try {
      result = settle(key, await work(key, signal));
    } catch (error) {
      result = 'error';
      if (!signal.aborted) log.error('Work on an object failed; it is tried again', { key, error });
      addRateLimited(key);
    }
    metrics.finished(result, (clock.now() - startedAt) / 1000);
    active.delete(key);
    const dirtySince = again.get(key);
    again.delete(key);
    if (dirtySince !== undefined) waiting.set(key, dirtySince);
    if (signal.aborted) stop();
    else dispatch();
  }

  function settle(key: string, result: WorkResult) {
    if (result === 'retry') {
      addRateLimited(key);
      return 'requeue';
    }
    forget(key);
    if (result === 'done') return 'success';
    addAfter(key, result.afterMs);
    return 'requeue_after';
  }

  function stop(): void {
    for (const { ended } of timers.values()) ended.abort();
    for (const keys of [waiting, again, timers]) keys.clear();
    metrics.depth(0);
    metrics.active(active.size);
    if (active.size === 0) drained.resolve();
  }

  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  return { add, addAfter, addRateLimited, forget, done: drained.promise };
}
