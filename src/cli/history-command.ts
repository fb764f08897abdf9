import { Command, Option } from 'commander';
import { addClusterOptions } from './cluster/cluster-options.ts';
import { addHelp } from './help-text.ts';

/** `history`: the last syncs of an object, as its status remembers them. */
export function historyCommand(): Command {
  const command = new Command('history')
    .description(
      'Shows the last syncs of an InstitutionSync, the newest first: how each ended, what it changed, how long it took.',
    )
    .argument('[name]', 'the InstitutionSync; not needed when there is only one')
    .addOption(
      new Option('-o, --output <format>', 'table, json or yaml')
        .choices(['table', 'json', 'yaml'])
        .default('table'),
    );
  return addHelp(addClusterOptions(command), {
    usage: '[name] [options]',
    examples: ['kubectl isync history my-sync -n my-namespace'],
  }).action(async (name, options) => {
    const { showHistory } = await import('./cluster/show-history.ts');
    await showHistory(name, options);
  });
}
