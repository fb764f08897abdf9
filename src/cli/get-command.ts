import { Command, Option } from 'commander';
import { addClusterOptions } from './cluster/cluster-options.ts';
import { addHelp } from './help-text.ts';

/** `get`: the objects in a table, or one with all that its status tells. */
export function getCommand(): Command {
  const command = new Command('get')
    .description('Lists InstitutionSyncs. With a name: tells all that its status knows.')
    .argument('[name]', 'the InstitutionSync to tell about')
    .option('-A, --all-namespaces', 'of all namespaces')
    .addOption(
      new Option('-o, --output <format>', 'table, json or yaml')
        .choices(['table', 'json', 'yaml'])
        .default('table'),
    );
  return addHelp(addClusterOptions(command), {
    usage: '[name] [options]',
    examples: ['kubectl isync get -A', 'kubectl isync get my-sync -n my-namespace'],
  }).action(async (name, options) => {
    const { showObjects } = await import('./cluster/show-objects.ts');
    await showObjects(name, options);
  });
}
