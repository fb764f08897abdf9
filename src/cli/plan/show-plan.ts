import { asText } from '../screen/as-text.ts';
import { styleFor } from '../screen/style.ts';
import type { CommonOptions } from '../settings/settings-options.ts';
import { verbosityOf } from '../settings/read-settings.ts';
import type { Wording } from '../wording.ts';
import { computePlan, openPlanStage, type PlanSubject } from './compute-plan.ts';
import type { OutputFormat } from './output-format.ts';
import { planDocument, type PlanDocument } from './plan-document.ts';
import { countsLine, planTable } from './plan-table.ts';

export interface ShownPlan {
  /** Undefined when there was no plan to show; why has been told. */
  readonly document: PlanDocument | undefined;
  readonly exitCode: number;
}

/**
 * Computes a plan and writes it to standard output. `release` says how held changes are released.
 */
export async function showPlan(
  subject: PlanSubject,
  options: CommonOptions & { readonly output: OutputFormat },
  release: (planHash: string) => string,
): Promise<ShownPlan> {
  const verbosity = verbosityOf(options);
  const stage = await openPlanStage(subject, verbosity);
  try {
    const { report, listing, exitCode } = await computePlan(subject, stage);
    const document = listing && planDocument(subject.spec.auth0.domain, report, listing);
    if (document === undefined) return { document, exitCode };
    if (options.output !== 'table') process.stdout.write(await asText(document, options.output));
    else if (verbosity === 'quiet') process.stdout.write(`${countsLine(document)}\n`);
    else writeTable(document, release, subject.wording);
    return { document, exitCode };
  } finally {
    stage.close();
  }
}

function writeTable(
  document: PlanDocument,
  release: (planHash: string) => string,
  wording: Wording,
): void {
  const lines = planTable(document, {
    style: styleFor(process.stdout, process.env),
    shorten: process.stdout.isTTY,
    release: release(document.held?.planHash ?? ''),
    wording,
  });
  for (const line of lines) process.stdout.write(`${line}\n`);
}
