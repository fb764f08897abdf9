import { Command } from 'commander';
import { ACCESS_FLAGS, addSettings } from './settings/settings-options.ts';

/** `sync`: one round, or rounds for ever with `--NAP`. */
export function syncCommand(): Command {
  const command = new Command('sync').description(
    "Makes the tenant's organizations equal to THE's institutions: creates, updates and removes them. Once, or for ever with --NAP.",
  );
  return addSettings(command, {
    shown: [...ACCESS_FLAGS, 'NAP', 'APPROVE'],
    examples: ['institution-sync sync --env-file .env --NAP 1800000'],
  }).action(async (options) => {
    const { syncOrganizations } = await import('./rounds/sync-organizations.ts');
    process.exitCode = await syncOrganizations(options, 'sync');
  });
}
