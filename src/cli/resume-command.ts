import { suspensionCommand } from './cluster/suspension-command.ts';

/** `resume`: takes `spec.suspend` back. */
export function resumeCommand() {
  return suspensionCommand('resume', 'Lets a suspended InstitutionSync sync again.');
}
