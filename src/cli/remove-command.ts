import { Command } from 'commander';
import { CONTENT_FLAGS, PRUNE_FLAGS } from './settings/organization-flags.ts';
import { ROUND_FLAGS } from './settings/round-flags.ts';
import { ACCESS_FLAGS, addSettings } from './settings/settings-options.ts';

/** `remove`: removes every managed organization. */
export function removeCommand(): Command {
  const command = new Command('remove')
    .description(
      'Removes every managed organization of the tenant, after a confirmation. Each is read again first; those without the mark stay.',
    )
    .option('--yes', 'do not ask');
  return addSettings(command, {
    shown: ACCESS_FLAGS,
    without: [...CONTENT_FLAGS, ...PRUNE_FLAGS, ...ROUND_FLAGS].map(({ name }) => name),
    examples: ['institution-sync remove --env-file .env'],
  }).action(async (options) => {
    const { removeOrganizations } = await import('./rounds/remove-organizations.ts');
    process.exitCode = await removeOrganizations(options);
  });
}
