import { Command } from 'commander';
import { addClusterOptions } from './cluster/cluster-options.ts';
import { addHelp } from './help-text.ts';
import { addPlanOutput } from './plan/output-format.ts';
import { trustOption } from './plan-command.ts';

/** `explain`: one institution, from THE to what the next sync would do. */
export function explainCommand(): Command {
  const command = new Command('explain')
    .description(
      'Tells what THE says of an institution, what Auth0 has, what the next sync would do, and why. Reads both, and writes nothing.',
    )
    .argument('<institutionId>', "the institution's iid")
    .argument('[name]', 'the InstitutionSync; not needed when there is only one');
  addClusterOptions(addPlanOutput(command))
    .addOption(trustOption())
    .option('--verbose', 'tell of each request')
    .option('--quiet', 'tell only what went wrong');
  return addHelp(command, {
    usage: '<institutionId> [name] [options]',
    examples: ['kubectl isync explain i-00000123 my-sync -n my-namespace'],
  }).action(async (institutionId, name, options) => {
    const { explain } = await import('./explain/explain.ts');
    process.exitCode = await explain(institutionId, name, options);
  });
}
