import type { InstitutionSyncSpec } from '../../api/spec.ts';
import { syncSettings } from '../../sync/from-spec.ts';
import { systemClock } from '../../time/clock.ts';
import { openClients } from '../clients.ts';
import { readCommandCredentials } from '../settings/command-credentials.ts';
import { settingsFrom, takeValues, verbosityOf } from '../settings/read-settings.ts';
import type { CommonOptions } from '../settings/settings-options.ts';
import type { GivenFlags } from '../settings/values.ts';
import { openStage } from '../stage.ts';
import { flagWording } from '../wording.ts';
import { runRounds } from './run-rounds.ts';

/** The commands `sync` and `create`. Resolves with the exit code. */
export async function syncOrganizations(
  given: GivenFlags & CommonOptions,
  kind: 'sync' | 'create',
): Promise<number> {
  const {
    spec: asked,
    credentialKeys,
    napMs,
    approval,
  } = settingsFrom(takeValues(given, process.env));
  const credentials = readCommandCredentials(credentialKeys);
  const verbosity = verbosityOf(given);
  const spec = kind === 'sync' ? asked : withoutPruning(asked);
  const wording = flagWording(credentials);
  const stage = await openStage({
    spec,
    credentials,
    wording,
    verbosity,
    stream: 'stdout',
    task: 'sync',
  });
  const { pacer, presenter, interruption } = stage;
  try {
    const rounds = {
      clients: openClients(spec, credentials, pacer, presenter.log),
      settings: syncSettings(spec),
      approval,
      napMs: kind === 'sync' ? napMs : undefined,
      presenter,
      clock: systemClock,
    };
    return await runRounds(rounds, interruption);
  } finally {
    stage.close();
  }
}

function withoutPruning(spec: InstitutionSyncSpec): InstitutionSyncSpec {
  return { ...spec, organizations: { ...spec.organizations, prune: false } };
}
