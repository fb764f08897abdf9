import { Command } from 'commander';
import { ACCESS_FLAGS, addSettings } from './settings/settings-options.ts';

/** `create`: one round that removes nothing. */
export function createCommand(): Command {
  const command = new Command('create').description(
    "Creates and updates the tenant's organizations from THE's institutions, once. Removes nothing.",
  );
  return addSettings(command, {
    shown: [...ACCESS_FLAGS, 'APPROVE'],
    without: ['NAP', 'PRUNE', 'DELETION_LIMIT', 'DRIFT_INTERVAL'],
    examples: ['institution-sync create --env-file .env'],
  }).action(async (options) => {
    const { syncOrganizations } = await import('./rounds/sync-organizations.ts');
    process.exitCode = await syncOrganizations(options, 'create');
  });
}
