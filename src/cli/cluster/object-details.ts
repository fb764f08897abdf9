import type { LastSync } from '../../api/status.ts';
import type { WatchedObject } from '../../controller/watched-object.ts';
import { distance, due } from '../screen/age.ts';
import { columns } from '../screen/columns.ts';
import { counted, grouped } from '../../api/count.ts';
import { heldText } from '../../api/held-text.ts';
import { printable } from '../screen/printable.ts';
import type { Style } from '../screen/style.ts';

/** All that an object's status tells, for people, line by line. */
export function* objectDetails(
  object: WatchedObject,
  style: Style,
  now: number,
): Generator<string> {
  const { metadata, spec, status = {} } = object;
  yield style('bold', `${printable(metadata.namespace)}/${printable(metadata.name)}`);
  yield* columns(facts(object, now).map(([name, text]) => [`  ${name}`, printable(text)]));

  yield* title('Conditions', style);
  const told = new Set<string>();
  for (const { type, status: value, reason, message } of status.conditions ?? []) {
    yield `  ${printable(`${type}: ${value} (${reason})`)}`;
    // One cause may show in several conditions, with the same words.
    if (!told.has(message)) yield style('dim', `      ${printable(message)}`);
    told.add(message);
  }
  if (status.conditions === undefined) yield '  none yet: no controller has looked at it';

  const where = `${printable(metadata.name)} -n ${printable(metadata.namespace)}`;
  if (status.plannedChanges !== undefined) {
    const { creations, updates, deletions } = status.plannedChanges;
    yield* title('Planned', style);
    yield `  ${counted(creations, 'creation')}, ${counted(updates, 'update')}, ${counted(deletions, 'removal')}`;
    yield `  To look at them: kubectl isync plan ${where}`;
  }
  if (status.heldChanges !== undefined) {
    yield* title('Held', style);
    yield `  ${heldText(status.heldChanges)}`;
    yield `  ${printable(status.heldChanges.planHash)}`;
    yield `  To look at them: kubectl isync plan ${where}`;
    yield `  To release them: kubectl isync approve ${where}`;
  }
  if (status.failures !== undefined && status.failures.length > 0) {
    const { failed = 0 } = status.lastSync ?? {};
    const shown = status.failures.length;
    yield* title(failed > shown ? `Failures: ${shown} of ${grouped(failed)}` : 'Failures', style);
    for (const { operation, institutionId, statusCode, message } of status.failures) {
      yield `  ${printable(`${operation} ${institutionId}: ${statusCode === undefined ? '' : `${statusCode} `}${message}`)}`;
    }
  }
  if (status.history !== undefined) {
    yield* title('Last syncs', style);
    for (const past of status.history) {
      yield `  ${distance(past.startTime, now)}: ${printable(past.outcome)}, ${syncText(past)}`;
    }
  }
  if (spec === undefined) yield style('red', printable(object.invalid?.message ?? ''));
}

type Fact = readonly [name: string, text: string];

function facts({ spec, status = {} }: WatchedObject, now: number): readonly Fact[] {
  const { institutions, organizations, progress } = status;
  const all: readonly (Fact | undefined)[] = [
    spec && ['Tenant', spec.auth0.domain],
    spec && ['Mode', spec.suspend ? `${spec.mode}, suspended` : spec.mode],
    institutions && [
      'Institutions',
      `${grouped(institutions.total)} listed, ${grouped(institutions.skipped)} skipped`,
    ],
    organizations && [
      'Organizations',
      `${grouped(organizations.managed)} managed, ${grouped(organizations.inSync)} in sync, ${grouped(organizations.unmanaged)} unmanaged, ${counted(organizations.conflicts, 'conflict')}`,
    ],
    progress && [
      'Running',
      `${progress.phase}, ${grouped(progress.done)} of ${progress.total === 0 ? 'an unknown number' : grouped(progress.total)}`,
    ],
    ['Last success', distance(status.lastSuccessTime, now)],
    ['Next sync', due(status.nextSyncTime, now)],
  ];
  return all.filter((fact) => fact !== undefined);
}

function* title(text: string, style: Style): Generator<string> {
  yield '';
  yield style('bold', text);
}

function syncText(sync: LastSync): string {
  const { created, updated, deleted, failed, durationSeconds } = sync;
  return `${grouped(created)} created, ${grouped(updated)} updated, ${grouped(deleted)} removed, ${grouped(failed)} failed, in ${durationSeconds} s`;
}
