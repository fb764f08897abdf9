import type { InstitutionSyncSpec } from '../../api/spec.ts';
import { printable, quoted } from '../screen/printable.ts';
import type { Style } from '../screen/style.ts';
import type { Explanation, NextStep } from './explanation.ts';

const ACTIONS: Readonly<Record<NextStep['action'], string>> = {
  create: 'create an organization',
  update: 'update the organization',
  adopt: 'take over the organization',
  remove: 'remove the organization',
  nothing: 'do nothing',
  conflict: 'leave it as it is: a conflict',
};

/** An explanation for people, line by line; `spec` says whether the next sync will do it at all. */
export function* explanationText(
  about: Explanation,
  spec: Pick<InstitutionSyncSpec, 'mode' | 'suspend'>,
  style: Style,
): Generator<string> {
  const { the, auth0, failures, next } = about;
  yield style('bold', printable(about.institutionId));
  yield style('bold', 'THE says');
  if (the.state === 'listed') {
    yield `  ${quoted(the.name ?? '')}`;
    for (const [field, value] of Object.entries(the.fields)) {
      yield `  ${printable(field)}: ${quoted(value)}`;
    }
  } else if (the.state === 'skipped') {
    yield `  a row that cannot become an organization: ${printable(the.why ?? '')}`;
  } else yield '  nothing: it is not listed';

  yield style('bold', 'Auth0 has');
  if (auth0.length === 0) yield '  no organization of this name or mark';
  for (const organization of auth0) {
    const { organizationId, name, displayName, metadata, managed } = organization;
    yield `  ${printable(organizationId)}  ${managed ? 'managed' : 'not managed'}`;
    yield `    name: ${quoted(name)}`;
    if (displayName !== null) yield `    display_name: ${quoted(displayName)}`;
    for (const [key, value] of Object.entries(metadata)) {
      yield `    metadata.${printable(key)}: ${quoted(value)}`;
    }
  }

  if (failures.length > 0) yield style('bold', 'The last sync failed to');
  for (const { operation, statusCode, message } of failures) {
    const answer = statusCode === undefined ? message : `${statusCode} ${message}`;
    yield `  ${printable(`${operation}: ${answer}`)}`;
  }

  yield style('bold', 'The next sync would');
  const approved = next.held ? ' once it is approved: a limit holds it now' : '';
  yield `  ${ACTIONS[next.action]}${approved}`;
  for (const { field, old, new: after } of next.changes) {
    yield `    ${printable(field)}: ${shown(old)} → ${shown(after)}`;
  }
  yield `  Why: ${printable(next.why)}`;
  if (spec.mode === 'Plan') yield '  Its mode is Plan: nothing is written.';
  if (spec.suspend) yield '  It is suspended: no sync is started.';
}

function shown(value: string | null): string {
  return value === null ? '(none)' : quoted(value);
}
