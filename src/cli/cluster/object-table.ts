import type { WatchedObject } from '../../controller/watched-object.ts';
import { age, distance, due } from '../screen/age.ts';
import { columns } from '../screen/columns.ts';
import { grouped } from '../../api/count.ts';
import { printable } from '../screen/printable.ts';

const HEAD = [
  'NAME',
  'READY',
  'REASON',
  'INSTITUTIONS',
  'ORGANIZATIONS',
  'HELD',
  'LAST SYNC',
  'NEXT SYNC',
  'AGE',
];

/** A line for each object, beneath a line of titles. */
export function objectTable(
  objects: readonly WatchedObject[],
  withNamespace: boolean,
  now: number,
): readonly string[] {
  const rows = objects.map((object) => {
    const cells = row(object, now).map(printable);
    return withNamespace ? [printable(object.metadata.namespace), ...cells] : cells;
  });
  return columns([withNamespace ? ['NAMESPACE', ...HEAD] : HEAD, ...rows]);
}

function row({ metadata, spec, status = {} }: WatchedObject, now: number): readonly string[] {
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  const held = status.heldChanges;
  return [
    metadata.name,
    ready?.status ?? 'Unknown',
    spec?.suspend === true ? 'Suspended' : (ready?.reason ?? '-'),
    countOf(status.institutions?.total),
    countOf(status.organizations?.managed),
    countOf(held === undefined ? 0 : held.deletions + held.updates),
    distance(status.lastSuccessTime, now),
    status.progress === undefined ? due(status.nextSyncTime, now) : 'running',
    age(metadata.creationTimestamp, now),
  ];
}

function countOf(count: number | undefined): string {
  return count === undefined ? '-' : grouped(count);
}
