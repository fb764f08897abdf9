import type { Command } from 'commander';

/** The flags that kubectl itself has for the same things. */
export interface ClusterOptions {
  readonly namespace?: string;
  readonly context?: string;
  readonly kubeconfig?: string;
}

/** Adds kubectl's own flags to a command. */
export function addClusterOptions(command: Command): Command {
  return command
    .option('-n, --namespace <name>', "namespace; the context's own without it")
    .option('--context <name>', 'context of the kubeconfig')
    .option('--kubeconfig <file>', 'kubeconfig file; KUBECONFIG without it');
}
