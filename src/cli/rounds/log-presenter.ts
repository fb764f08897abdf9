import type { Phase } from '../../sync/observer.ts';
import { logObserver, type Auditor } from '../../sync/log-observer.ts';
import type { SyncReport } from '../../sync/report.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Clock } from '../../time/clock.ts';
import type { Wording } from '../wording.ts';
import type { Presenter } from './presenter.ts';

/** A line of progress in each such time, so that a long sync is seen to be alive. */
const PROGRESS_INTERVAL_MS = 30_000;

/** What the end of a run is called. */
export type Task = 'sync' | 'removal' | 'plan';

export interface LogPresenterOptions {
  readonly log: Log;
  readonly clock: Clock;
  readonly task: Task;
  readonly wording: Wording;
  readonly actor: Omit<Auditor, 'correlationId'>;
}

/** Writes rounds as structured logs, for whoever collects them. */
export function logPresenter(options: LogPresenterOptions): Presenter {
  const { log, clock, task, wording, actor } = options;
  let latest: { readonly phase: Phase; readonly done: number; readonly total: number } | undefined;
  let toldAt = -Infinity;
  let napping = false;
  let correlationId = '';

  function progress(now: Phase, done: number, total: number): void {
    napping = false;
    const isNew = now !== latest?.phase;
    latest = { phase: now, done, total };
    if (!isNew && clock.now() - toldAt < PROGRESS_INTERVAL_MS) return;
    toldAt = clock.now();
    log.info('progress', latest);
  }

  return {
    log,
    observer: logObserver(log, () => ({ ...actor, correlationId }), progress),
    begins(id) {
      correlationId = id;
    },
    ended(report) {
      latest = undefined;
      const fields = reportFields(report);
      if (report.fault !== undefined) {
        const detail = wording.fault(report.fault);
        log.error(`${task} failed`, { reason: report.fault.reason, detail, ...fields });
      } else if (report.outcome === 'interrupted') log.warn(`${task} interrupted`, fields);
      else log.info(`${task} finished`, fields);
      tellRest(report, log);
    },
    computed: () => log.debug(`${task} computed`),
    crashed: (error) => log.error(`${task} failed by a mistake in the program`, { error }),
    napping(ms) {
      napping = true;
      log.info('napping', { seconds: ms / 1000 });
    },
    stopping(signal) {
      if (napping) log.info('ended in the nap, nothing was under way', { signal });
      else log.info('stopping when the requests in flight are answered', { signal });
    },
    givingUp: () => log.warn('ended at once; the next run completes the work', { ...latest }),
  };
}

/** What a person should look at, although the sync went well. */
function tellRest(report: SyncReport, log: Log): void {
  const { institutions, conflicts, decision } = report;
  if (decision?.held !== undefined) {
    const { deletions, updates, planHash } = decision.held;
    const hint = 'To make exactly these changes, give --APPROVE with this planHash.';
    log.warn('changes held', { deletions, updates, planHash, hint });
  }
  if (institutions !== undefined && institutions.skipped > 0) {
    const { skipped, skippedSample } = institutions;
    log.warn('rows skipped that cannot become organizations', { skipped, sample: skippedSample });
  }
  if (conflicts.length > 0) {
    log.warn('conflicts', { conflicts: conflicts.length, sample: conflicts.slice(0, 3) });
  }
}

function reportFields(report: SyncReport): Readonly<Record<string, unknown>> {
  const { applied, institutions, organizations } = report;
  const { created, updated, deleted, spared, failed, left } = applied;
  return {
    sync: report.id,
    durationSeconds: report.durationMs / 1000,
    requests: report.requests,
    fullReading: report.fullReading,
    institutions: institutions?.total,
    skipped: institutions?.skipped,
    organizations: organizations?.managed,
    inSync: organizations?.inSync,
    created,
    updated,
    deleted,
    spared,
    failed,
    left,
  };
}
