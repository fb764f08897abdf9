import type { WatchedObject } from '../../controller/watched-object.ts';
import { distance } from '../screen/age.ts';
import { columns } from '../screen/columns.ts';
import { grouped } from '../../api/count.ts';
import { heldText } from '../../api/held-text.ts';
import { printable } from '../screen/printable.ts';

const HEAD = [
  'STARTED',
  'OUTCOME',
  'CREATED',
  'UPDATED',
  'REMOVED',
  'FAILED',
  'SKIPPED',
  'REQUESTS',
  'DURATION',
  'ID',
];

/** A line for each of the last syncs, and what is held now. */
export function historyTable(
  { metadata, status = {} }: WatchedObject,
  now: number,
): readonly string[] {
  const { history = [], heldChanges: held } = status;
  const name = printable(metadata.name);
  if (history.length === 0) return [`No sync of ${name} has ended yet.`];
  const rows = history.map((sync) => [
    distance(sync.startTime, now),
    printable(sync.outcome),
    grouped(sync.created),
    grouped(sync.updated),
    grouped(sync.deleted),
    grouped(sync.failed),
    grouped(sync.skipped),
    grouped(sync.requests),
    `${sync.durationSeconds}s`,
    printable(sync.id),
  ]);
  const table = columns([HEAD, ...rows]);
  if (held === undefined) return table;
  const where = `${name} -n ${printable(metadata.namespace)}`;
  return [
    ...table,
    '',
    `Held now: ${heldText(held)}. To look at them: kubectl isync plan ${where}`,
  ];
}
