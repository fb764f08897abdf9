import { Command } from 'commander';
import { addPlanOutput } from './plan/output-format.ts';
import { ACCESS_FLAGS, addSettings } from './settings/settings-options.ts';

/** `validate`: the plan as a check; exit 1 when it is not empty. */
export function validateCommand(): Command {
  const command = new Command('validate').description(
    "Compares the tenant's organizations with THE's institutions and lists the differences. Writes nothing. Exit 0: equal; 1: different.",
  );
  return addSettings(addPlanOutput(command), {
    shown: ACCESS_FLAGS,
    without: ['NAP', 'MODE', 'DRIFT_INTERVAL', 'APPROVE'],
    examples: ['institution-sync validate --env-file .env -o json'],
  }).action(async (options) => {
    const { validate } = await import('./plan/validate.ts');
    process.exitCode = await validate(options);
  });
}
