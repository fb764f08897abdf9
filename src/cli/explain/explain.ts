import type { ClusterOptions } from '../cluster/cluster-options.ts';
import { objectSubject } from '../cluster/object-subject.ts';
import type { TrustOptions } from '../cluster/trusted-hosts.ts';
import { computePlan, openPlanStage } from '../plan/compute-plan.ts';
import type { OutputFormat } from '../plan/output-format.ts';
import { asText } from '../screen/as-text.ts';
import { styleFor } from '../screen/style.ts';
import { verbosityOf } from '../settings/read-settings.ts';
import type { CommonOptions } from '../settings/settings-options.ts';
import { UsageError } from '../usage-error.ts';
import { explanation } from './explanation.ts';
import { explanationText } from './explanation-text.ts';

export type ExplainOptions = CommonOptions &
  ClusterOptions &
  TrustOptions & { readonly output: OutputFormat };

/** The command `explain`. Resolves with the exit code. */
export async function explain(
  institutionId: string,
  name: string | undefined,
  options: ExplainOptions,
): Promise<number> {
  if (institutionId.trim() === '') {
    throw new UsageError("The institution's id is empty. Give the iid that THE lists.");
  }
  const verbosity = verbosityOf(options);
  const subject = await objectSubject(name, options, undefined);
  const stage = await openPlanStage(subject, verbosity);
  try {
    const { report, listing, memory, exitCode } = await computePlan(subject, stage);
    const { failures } = subject.object.status ?? {};
    const organizations = memory.organizations.values();
    const about = listing && explanation(institutionId, listing, organizations, report, failures);
    if (about === undefined) return exitCode;
    if (options.output !== 'table') {
      process.stdout.write(await asText(about, options.output));
      return exitCode;
    }
    const style = styleFor(process.stdout, process.env);
    const lines = explanationText(about, subject.spec, style);
    for (const line of lines) process.stdout.write(`${line}\n`);
    return exitCode;
  } finally {
    stage.close();
  }
}
