import { randomUUID } from 'node:crypto';
import { Fault } from '../../api/fault.ts';
import { NO_CHANGES, type Removal } from '../../sync/changes.ts';
import { listManaged, removeManaged } from '../../sync/remove-all.ts';
import { nothingApplied, type SyncReport } from '../../sync/report.ts';
import { inSyncSpan, type SyncEnd } from '../../sync/sync-span.ts';
import { systemClock } from '../../time/clock.ts';
import { openClients } from '../clients.ts';
import { EXIT } from '../exit-code.ts';
import { counted } from '../../api/count.ts';
import { readCommandCredentials } from '../settings/command-credentials.ts';
import { settingsFrom, takeValues, verbosityOf } from '../settings/read-settings.ts';
import type { CommonOptions } from '../settings/settings-options.ts';
import type { GivenFlags } from '../settings/values.ts';
import { openStage, type Stage } from '../stage.ts';
import { flagWording } from '../wording.ts';
import { UsageError } from '../usage-error.ts';
import { confirm } from './confirm.ts';
import { exitCodeOf } from './run-rounds.ts';

/** The command `remove`. Resolves with the exit code. */
export async function removeOrganizations(
  given: GivenFlags & CommonOptions & { readonly yes?: boolean },
): Promise<number> {
  const { spec, credentialKeys } = settingsFrom(takeValues(given, process.env));
  const credentials = readCommandCredentials(credentialKeys);
  const verbosity = verbosityOf(given);
  if (given.yes !== true && !(process.stdin.isTTY && process.stdout.isTTY)) {
    throw new UsageError(
      '--yes is missing: there is no terminal to ask for a confirmation. Every managed organization of the tenant would be removed.',
    );
  }
  const { domain } = spec.auth0;
  const wording = flagWording(credentials);
  const stage = await openStage({
    spec,
    credentials,
    wording,
    verbosity,
    stream: 'stdout',
    task: 'removal',
  });
  try {
    const clients = openClients(spec, credentials, stage.pacer, stage.presenter.log);
    const id = randomUUID();
    clients.correlate(id);
    stage.presenter.begins(id);
    const isSure = (removals: readonly Removal[]) =>
      given.yes === true || removals.length === 0 || ask(domain, removals, stage);
    return await inSyncSpan('removal', { id }, (tell) =>
      run(id, clients.tenant, isSure, stage, tell),
    );
  } finally {
    stage.close();
  }
}

type Tenant = ReturnType<typeof openClients>['tenant'];

async function run(
  id: string,
  tenant: Tenant,
  isSure: (removals: readonly Removal[]) => boolean | Promise<boolean>,
  stage: Stage,
  tell: (end: SyncEnd) => void,
): Promise<number> {
  const { presenter, interruption } = stage;
  const { observer } = presenter;
  const { signal } = interruption;
  const startedAt = systemClock.now();
  const applied = nothingApplied();
  let removals: readonly Removal[] | undefined;
  let outcome: SyncReport['outcome'] = 'done';
  let fault: Fault | undefined;
  try {
    removals = await listManaged(tenant, observer, systemClock, signal);
    presenter.computed();
    if (!(await isSure(removals))) {
      process.stdout.write('Nothing was removed.\n');
      return interruption.exitCode() ?? EXIT.FAILED;
    }
    await removeManaged(tenant, removals, applied, observer, signal);
  } catch (error) {
    if (error instanceof Fault) {
      outcome = 'failed';
      fault = error;
    } else if (signal.aborted) outcome = 'interrupted';
    else throw error;
  }
  const report: SyncReport = {
    id,
    startedAt,
    durationMs: systemClock.now() - startedAt,
    outcome,
    fault,
    requests: tenant.requestCount(),
    fullReading: removals !== undefined,
    institutions: undefined,
    organizations: undefined,
    conflicts: [],
    decision: removals && {
      allowed: { ...NO_CHANGES, removals },
      held: undefined,
      approved: undefined,
      planned: undefined,
    },
    applied,
  };
  tell({ report });
  presenter.ended(report);
  return exitCodeOf(report, interruption);
}

function ask(domain: string, removals: readonly Removal[], stage: Stage): Promise<boolean> {
  const what = counted(removals.length, 'managed organization');
  return confirm(
    `This removes ${what} of ${domain}, with all memberships. It cannot be undone.\nType the domain to go on: `,
    domain,
    stage.interruption.signal,
  );
}
