import { Command } from 'commander';
import { addClusterOptions } from './cluster/cluster-options.ts';
import { addHelp } from './help-text.ts';

/** `sync-now`: asks the controller for a sync that reads everything. */
export function syncNowCommand(): Command {
  const command = new Command('sync-now')
    .description(
      'Asks the controller for a sync now, with a full reading of the tenant, instead of after the nap.',
    )
    .argument('[name]', 'the InstitutionSync; not needed when there is only one');
  return addHelp(addClusterOptions(command), {
    usage: '[name] [options]',
    examples: ['kubectl isync sync-now my-sync -n my-namespace'],
  }).action(async (name, options) => {
    const { syncNow } = await import('./cluster/annotate.ts');
    await syncNow(name, options);
  });
}
