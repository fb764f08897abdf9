import { suspensionCommand } from './cluster/suspension-command.ts';

/** `suspend`: sets `spec.suspend`. */
export function suspendCommand() {
  return suspensionCommand(
    'suspend',
    'Suspends an InstitutionSync: a sync that runs stops after the requests in flight, and no other is started until resume.',
  );
}
