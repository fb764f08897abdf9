import { randomUUID } from 'node:crypto';
import type { InstitutionSyncSpec } from '../../api/spec.ts';
import type { Credentials } from '../../auth0/credentials.ts';
import type { Listing } from '../../institutions/institution.ts';
import { syncSettings } from '../../sync/from-spec.ts';
import type { SyncReport } from '../../sync/report.ts';
import type { TenantMemory } from '../../sync/snapshot.ts';
import { tracedSync } from '../../sync/sync-span.ts';
import { systemClock } from '../../time/clock.ts';
import { openClients } from '../clients.ts';
import { EXIT } from '../exit-code.ts';
import type { Verbosity } from '../rounds/presenter.ts';
import { openStage, type Stage } from '../stage.ts';
import type { Wording } from '../wording.ts';

/** What a plan is made for. */
export interface PlanSubject {
  readonly spec: InstitutionSyncSpec;
  readonly credentials: Credentials;
  /** The approval of held changes that the next sync would find. */
  readonly approval: string | undefined;
  readonly wording: Wording;
}

/** Standard output is for the plan; what else there is to say goes to standard error. */
export function openPlanStage(
  { spec, credentials, wording }: PlanSubject,
  verbosity: Verbosity,
): Promise<Stage> {
  return openStage({ spec, credentials, wording, verbosity, stream: 'stderr', task: 'plan' });
}

export interface Computed {
  readonly report: SyncReport;
  /** Undefined when it ended before THE was read. */
  readonly listing: Listing | undefined;
  readonly memory: TenantMemory;
  /** Of a command that has nothing else to say. */
  readonly exitCode: number;
}

/** A sync in mode Plan: reads everything, writes nothing. What went wrong has been told. */
export async function computePlan(subject: PlanSubject, stage: Stage): Promise<Computed> {
  const { presenter, interruption } = stage;
  const clients = openClients(subject.spec, subject.credentials, stage.pacer, presenter.log);
  const id = randomUUID();
  clients.correlate(id);
  let listing: Listing | undefined;
  const report = await tracedSync(
    {
      id,
      tenant: clients.tenant,
      memory: clients.memory,
      source: {
        requestCount: () => clients.source.requestCount(),
        // The report counts the skipped rows; a plan shows them all.
        async list(signal) {
          const latest = await clients.source.list(signal);
          // A second listing only confirms removals; the plan is made from the first.
          listing ??= latest;
          return latest;
        },
      },
      settings: { ...syncSettings(subject.spec), mode: 'Plan' },
      force: false,
      newSettings: false,
      approval: subject.approval,
      onApproved: () => Promise.resolve(),
      observer: presenter.observer,
      clock: systemClock,
    },
    interruption.signal,
  );
  if (report.outcome === 'done') presenter.computed();
  else presenter.ended(report);
  const exitCode =
    report.outcome === 'interrupted'
      ? (interruption.exitCode() ?? EXIT.FAILED)
      : report.outcome === 'failed'
        ? EXIT.FAILED
        : EXIT.DONE;
  return { report, listing, memory: clients.memory, exitCode };
}
