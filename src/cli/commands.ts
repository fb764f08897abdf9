import type { Command } from 'commander';

/** A command before it is asked for: its code is loaded only when it runs. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
  /** Not shown in the help. */
  readonly hidden?: boolean;
}

export type Binary = 'institution-sync' | 'kubectl-isync';

/** What each of the two names of this program offers. */
export const COMMANDS: Readonly<Record<Binary, readonly CommandEntry[]>> = {
  'institution-sync': [
    {
      name: 'sync',
      summary: 'Make organizations equal to institutions: once, or for ever.',
      load: async () => (await import('./sync-command.ts')).syncCommand(),
    },
    {
      name: 'create',
      summary: 'The same once, without removing anything.',
      load: async () => (await import('./create-command.ts')).createCommand(),
    },
    {
      name: 'validate',
      summary: 'Check whether they are equal, and list the differences.',
      load: async () => (await import('./validate-command.ts')).validateCommand(),
    },
    {
      name: 'plan',
      summary: 'Show what a sync would do, also for an object or a manifest.',
      load: async () => (await import('./plan-command.ts')).planCommand('institution-sync'),
    },
    {
      name: 'remove',
      summary: 'Remove every managed organization, after a confirmation.',
      load: async () => (await import('./remove-command.ts')).removeCommand(),
    },
    {
      name: 'controller',
      summary: 'Run the operator in a Kubernetes cluster.',
      load: async () => (await import('./controller-command.ts')).controllerCommand(),
    },
    {
      name: 'settings',
      summary: 'List all settings, with their defaults.',
      load: async () => (await import('./settings-command.ts')).settingsCommand(),
    },
    {
      name: 'completion',
      summary: 'Print a script that completes commands in bash, zsh or fish.',
      load: async () =>
        (await import('./completion-command.ts')).completionCommand('institution-sync'),
    },
  ],
  'kubectl-isync': [
    {
      name: 'get',
      summary: 'List the InstitutionSyncs, or tell all about one.',
      load: async () => (await import('./get-command.ts')).getCommand(),
    },
    {
      name: 'plan',
      summary: 'Show what the next sync would do.',
      load: async () => (await import('./plan-command.ts')).planCommand('kubectl-isync'),
    },
    {
      name: 'explain',
      summary: 'Tell everything about one institution, and why.',
      load: async () => (await import('./explain-command.ts')).explainCommand(),
    },
    {
      name: 'history',
      summary: 'Show the last syncs: how they ended, and what they changed.',
      load: async () => (await import('./history-command.ts')).historyCommand(),
    },
    {
      name: 'approve',
      summary: 'Release the changes that a limit holds.',
      load: async () => (await import('./approve-command.ts')).approveCommand(),
    },
    {
      name: 'sync-now',
      summary: 'Start a sync now, with a full reading of the tenant.',
      load: async () => (await import('./sync-now-command.ts')).syncNowCommand(),
    },
    {
      name: 'suspend',
      summary: 'Stop the sync that runs, and start no more.',
      load: async () => (await import('./suspend-command.ts')).suspendCommand(),
    },
    {
      name: 'resume',
      summary: 'Start syncs again.',
      load: async () => (await import('./resume-command.ts')).resumeCommand(),
    },
    {
      name: 'completion',
      summary: 'Print the script that completes this plugin.',
      load: async () =>
        (await import('./completion-command.ts')).completionCommand('kubectl-isync'),
    },
  ],
};
