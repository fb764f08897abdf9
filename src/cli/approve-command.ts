import { Command } from 'commander';
import { addClusterOptions } from './cluster/cluster-options.ts';
import { addHelp } from './help-text.ts';

/** `approve`: releases exactly the changes that are held now. */
export function approveCommand(): Command {
  const command = new Command('approve')
    .description(
      'Releases the changes that a limit holds: exactly those that the status shows now, and no others. Look at them with plan.',
    )
    .argument('[name]', 'the InstitutionSync; not needed when there is only one')
    .option('--plan-hash <hash>', 'approve nothing if other changes than these are held');
  return addHelp(addClusterOptions(command), {
    usage: '[name] [options]',
    examples: ['kubectl isync approve my-sync -n my-namespace --plan-hash sha256:…'],
  }).action(async (name, options) => {
    const { approve } = await import('./cluster/annotate.ts');
    await approve(name, options);
  });
}
