import { Command, Option } from 'commander';
import { addHelp } from './help-text.ts';

/** `controller`: the operator, until it is told to stop. */
export function controllerCommand(): Command {
  const command = new Command('controller')
    .description(
      'Runs the operator: keeps the tenants of all InstitutionSyncs in step, for ever. The cluster is the one of KUBECONFIG, or the one that it runs in.',
    )
    .option('--watch-namespace <names>', 'only these namespaces: one,two', '')
    .option('--watch-label-selector <selector>', 'only objects with these labels')
    .option('--concurrency <number>', 'objects that are worked on at once', '64')
    .option('--leader-elect', 'work only while holding a Lease')
    .option('--leader-elect-namespace <name>', 'of the Lease; default: its own')
    .option('--leader-elect-name <name>', 'of the Lease; default: by selector')
    .option('--metrics-bind-address <address>', 'of /metrics; 0: none', ':8080')
    .option('--health-probe-bind-address <address>', 'of /livez, /readyz', ':8081')
    .option('--allowed-auth0-domains <globs>', 'hosts to send credentials to', '*.auth0.com')
    .option(
      '--allowed-institution-hosts <globs>',
      'hosts to read THE from',
      '*.timeshighereducation.com',
    )
    .addOption(
      new Option('--log-level <level>', 'error, warn, info, debug')
        .choices(['error', 'warn', 'info', 'debug'])
        .default('info'),
    );
  return addHelp(command, {
    usage: '[options]',
    examples: ['KUBECONFIG=~/.kube/config institution-sync controller --log-level debug'],
  }).action(async (options: Readonly<Record<string, unknown>>) => {
    const { runFromFlags } = await import('./controller/run-from-flags.ts');
    process.exitCode = await runFromFlags(options);
  });
}
