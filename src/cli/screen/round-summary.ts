import { formatDuration } from '../../api/duration.ts';
import type { Applied, SyncReport } from '../../sync/report.ts';
import type { Wording } from '../wording.ts';
import { counted, grouped } from '../../api/count.ts';
import { heldText } from '../../api/held-text.ts';
import { printable } from './printable.ts';
import type { Style } from './style.ts';

export interface SummaryOptions {
  readonly style: Style;
  readonly wording: Wording;
}

/** What one sync did, for people, line by line. */
export function* roundSummary(report: SyncReport, options: SummaryOptions): Generator<string> {
  const { style, wording } = options;
  const { applied, decision } = report;
  yield headline(report, style);
  if (report.fault !== undefined) yield `  ${printable(wording.fault(report.fault))}`;
  if (report.outcome !== 'done') yield `  ${whatIsLeft(report)}`;

  yield* failures(applied, style);
  const held = decision?.planned === undefined ? decision?.held : undefined;
  if (held !== undefined) {
    yield style('yellow', `  Held, because a limit would be exceeded: ${heldText(held)}.`);
    yield `  Look at them with the command validate. To make exactly these changes: --APPROVE ${held.planHash}`;
  }
  if (report.institutions !== undefined && report.institutions.skipped > 0) {
    const rows = counted(report.institutions.skipped, 'row');
    const examples = report.institutions.skippedSample.map(printable).join('; ');
    yield style('yellow', `  Skipped ${rows} of THE that cannot become organizations: ${examples}`);
  }
  for (const conflict of report.conflicts.slice(0, SHOWN)) {
    const { institutionId, organizationId, why } = conflict;
    const words = printable(`${institutionId} (${organizationId}): ${wording.message(why)}`);
    yield style('yellow', `  Conflict: ${words}`);
  }
  yield* more(report.conflicts.length - SHOWN, 'conflict');
}

/** Conflicts and failures that a summary names. */
const SHOWN = 10;

function headline(report: SyncReport, style: Style): string {
  const time = formatDuration(report.durationMs);
  if (report.outcome === 'failed') {
    return style('red', `Failed after ${time} (${report.fault?.reason}).`);
  }
  const { applied, organizations, decision } = report;
  const inSync =
    organizations === undefined ? '' : ` ${counted(organizations.inSync, 'organization')} in sync.`;
  if (report.outcome === 'interrupted') {
    return style('yellow', `Interrupted after ${time}.`);
  }
  if (decision?.planned !== undefined) {
    const { creations, renames, updates, removals } = decision.planned;
    const made = { created: creations.length, deleted: removals.length };
    const planned = doneText({ ...made, updated: renames.length + updates.length });
    return style(
      'bold',
      `Planned in ${time}, nothing written: ${planned} if it were not for mode Plan.`,
    );
  }
  const colour = applied.failed > 0 || decision?.held !== undefined ? 'yellow' : 'green';
  return style(colour, `Done in ${time}: ${doneText(applied)}.${inSync}`);
}

function doneText(applied: Pick<Applied, 'created' | 'updated' | 'deleted'>): string {
  const { created, updated, deleted } = applied;
  return `${grouped(created)} created, ${grouped(updated)} updated, ${grouped(deleted)} removed`;
}

function whatIsLeft({ applied, decision }: SyncReport): string {
  if (decision === undefined) return 'Nothing was changed: it ended before the plan was made.';
  const left =
    applied.left === 0
      ? 'no planned change is left, but some connections may remain to be checked'
      : `${counted(applied.left, 'change')} left`;
  return `${doneText(applied)}; ${left}. The next run goes on from there.`;
}

function* failures(applied: Applied, style: Style): Generator<string> {
  if (applied.spared > 0) {
    yield `  Spared ${counted(applied.spared, 'organization')} that lost the mark meanwhile.`;
  }
  if (applied.failed === 0) return;
  yield style('red', `  ${counted(applied.failed, 'change')} failed; the next run tries again:`);
  for (const { institutionId, operation, statusCode, message } of applied.failures) {
    yield `    ${operation} ${printable(institutionId)}: ${statusCode} ${printable(message)}`;
  }
  yield* more(applied.failed - applied.failures.length, 'failure');
}

function* more(count: number, what: string): Generator<string> {
  if (count > 0) yield `    … and ${counted(count, 'more ' + what, `more ${what}s`)}`;
}
