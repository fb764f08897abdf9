import { counted, grouped } from '../../api/count.ts';
import { printable, quoted } from '../screen/printable.ts';
import type { Style } from '../screen/style.ts';
import type { Wording } from '../wording.ts';
import type { PlanDocument, PlannedRemoval, PlannedUpdate } from './plan-document.ts';

/** Entries of a group that a terminal shows; the rest is counted. */
const SHOWN_ON_A_TERMINAL = 20;

export interface TableOptions {
  readonly style: Style;
  /** Shorten long groups, for a terminal. */
  readonly shorten: boolean;
  /** What to do to release the held changes, in the words of the command that shows them. */
  readonly release: string;
  readonly wording: Wording;
}

/**
 * The plan for people, line by line: a group for each kind of change, and one line of counts at the
 * end. What is empty is left out.
 */
export function* planTable(plan: PlanDocument, options: TableOptions): Generator<string> {
  const { style, shorten, release, wording } = options;

  function* group<Entry>(
    title: string,
    entries: readonly Entry[],
    linesOf: (entry: Entry) => readonly string[],
  ): Generator<string> {
    if (entries.length === 0) return;
    yield style('bold', `${title} ${grouped(entries.length)}`);
    const shown = shorten ? entries.slice(0, SHOWN_ON_A_TERMINAL) : entries;
    for (const entry of shown) yield* linesOf(entry);
    const left = entries.length - shown.length;
    if (left > 0) yield style('dim', `  … and ${grouped(left)} more; -o json shows all`);
    yield '';
  }

  const update = (entry: PlannedUpdate) => updateLines(entry, style);
  const removal = (entry: PlannedRemoval) => [removalLine(entry, style)];
  yield style('bold', `Plan for ${printable(plan.domain)}`);
  yield '';
  yield* group('Create', plan.creations, ({ institutionId, displayName }) => [
    style('green', `  + ${printable(institutionId)}  ${quoted(displayName)}`),
  ]);
  yield* group('Update', plan.updates, update);
  yield* group('Remove', plan.removals, removal);
  if (plan.held !== null) {
    yield* group('Held: updates', plan.held.updates, update);
    yield* group('Held: removals', plan.held.removals, removal);
    yield style('yellow', `  A limit holds these until they are approved. ${release}`);
    yield '';
  }
  yield* group('Skipped', plan.skipped, ({ institutionId, why }) => [
    style('yellow', `  ! ${printable(institutionId ?? '(no iid)')}  ${printable(why)}`),
  ]);
  yield* group('Conflicts', plan.conflicts, ({ institutionId, organizationId, why }) => [
    style('yellow', `  ! ${printable(institutionId)}  ${printable(organizationId)}`),
    `      ${printable(wording.message(why))}`,
  ]);
  yield style('bold', countsLine(plan));
}

/** One line with the numbers of a plan. */
export function countsLine({ equal, counts }: PlanDocument): string {
  const parts = [
    `${grouped(counts.creations)} to create`,
    `${grouped(counts.updates)} to update`,
    `${grouped(counts.removals)} to remove`,
    `${grouped(counts.held)} held`,
    `${grouped(counts.skipped)} skipped`,
    counted(counts.conflicts, 'conflict'),
    `${grouped(counts.inSync)} in sync`,
  ];
  return `${equal ? 'Equal' : 'Different'}: ${parts.join(', ')}.`;
}

function updateLines(update: PlannedUpdate, style: Style): readonly string[] {
  const { institutionId, organizationId, adopts, changes } = update;
  const note = adopts ? '  (adopted)' : '';
  const width = Math.max(...changes.map(({ field }) => printable(field).length));
  return [
    style('cyan', `  ~ ${printable(institutionId)}  ${printable(organizationId)}${note}`),
    ...changes.map((change) => {
      const field = printable(change.field).padEnd(width);
      return `      ${field}  ${shown(change.old)} → ${shown(change.new)}`;
    }),
  ];
}

function removalLine({ institutionId, organizationId, displayName }: PlannedRemoval, style: Style) {
  const name = displayName === null ? '' : `  ${quoted(displayName)}`;
  return style('red', `  - ${printable(institutionId)}  ${printable(organizationId)}${name}`);
}

function shown(value: string | null): string {
  return value === null ? '(none)' : quoted(value);
}
