import { Command } from 'commander';
import { addHelp } from '../help-text.ts';
import { addClusterOptions } from './cluster-options.ts';

/** What `suspend` and `resume` have in common: all but a word. */
export function suspensionCommand(word: 'suspend' | 'resume', description: string): Command {
  const command = new Command(word)
    .description(description)
    .argument('[name]', 'the InstitutionSync; not needed when there is only one');
  return addHelp(addClusterOptions(command), {
    usage: '[name] [options]',
    examples: [`kubectl isync ${word} my-sync -n my-namespace`],
  }).action(async (name, options) => {
    const { setSuspend } = await import('./set-suspend.ts');
    await setSuspend(name, word === 'suspend', options);
  });
}
