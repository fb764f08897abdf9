import { Command, Option } from 'commander';
import { addClusterOptions } from './cluster/cluster-options.ts';
import type { Binary } from './commands.ts';
import { addPlanOutput } from './plan/output-format.ts';
import { addSettings } from './settings/settings-options.ts';

/**
 * `plan`: what a sync would do, for an object in a cluster, for a manifest, or, where it is not
 * kubectl's plugin, for settings.
 */
export function planCommand(binary: Binary): Command {
  const isPlugin = binary === 'kubectl-isync';
  const command = new Command('plan')
    .description(
      `Shows what ${isPlugin ? 'the next' : 'a'} sync would do, and writes nothing: for an InstitutionSync in a cluster, for a manifest${isPlugin ? '' : ', or for settings'}.`,
    )
    .argument('[name]', 'the InstitutionSync')
    .option('-f, --filename <file>', 'a manifest; - reads standard input');
  addClusterOptions(addPlanOutput(command)).addOption(trustOption());
  return addSettings(command, {
    usage: isPlugin ? '[name | -f file] [options]' : '[name | -f file | settings] [options]',
    shown: [],
    without: ['NAP', 'MODE', 'DRIFT_INTERVAL', 'APPROVE'],
    hideOthers: isPlugin,
    examples: isPlugin
      ? ['kubectl isync plan my-sync -n my-namespace']
      : ['institution-sync plan -f manifest.yaml', 'institution-sync plan my-sync -o json'],
  }).action(async (name, options) => {
    const { planAnything } = await import('./plan/plan-anything.ts');
    process.exitCode = await planAnything(name, options, isPlugin);
  });
}

/** Where credentials of a Secret may be sent, besides Auth0. */
export function trustOption(): Option {
  return new Option('--allowed-auth0-domains <globs>', "hosts that may get a Secret's credentials");
}
