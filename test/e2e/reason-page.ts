import type { Reason } from '../../src/api/reasons.ts';
import { REASON_CAUSES } from './reason-causes.ts';
import type { Shown, ShownCondition } from './reason-shown.ts';

/** The page with what was shown in its places: a table of all reasons, and a list for each. */
export function withShown(
  page: string,
  shown: readonly Shown[],
  alerts: ReadonlyMap<Reason, readonly string[]>,
): string {
  const head = [
    '| reason | cause | READY | what else is not well | events | alert |',
    '| --- | --- | --- | --- | --- | --- |',
  ];
  const rows = shown.map((each) => rowOf(each, alerts.get(each.reason) ?? []));
  const table = inPlace(page, 'all', [...head, ...rows].join('\n'));
  return shown.reduce(
    (text, each) => inPlace(text, each.reason, listOf(each, alerts.get(each.reason) ?? [])),
    table,
  );
}

function inPlace(page: string, name: string, text: string): string {
  const begin = `<!-- shown: ${name} (written by \`npm run reasons\`) -->`;
  const end = '<!-- end -->';
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`docs/operations.md has no place "${begin}".`);
  return `${page.slice(0, from)}${begin}\n\n${text}\n\n${page.slice(to)}`;
}

function rowOf({ reason, get, conditions, events }: Shown, alerts: readonly string[]): string {
  const others = conditions
    .filter(({ type, reason: why }) => type !== 'Ready' && !WELL.has(why))
    .map(({ type, status }) => `${type} ${status}`);
  const cells = [
    `[\`${reason}\`](#${reason.toLowerCase()})`,
    REASON_CAUSES[reason].how,
    get.ready,
    others.join(', ') || 'none',
    events.map((event) => event.split(':')[0]?.split(' ')[1]).join(', ') || 'none',
    linksTo(alerts),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** Reasons of conditions that say that all is well. */
const WELL: ReadonlySet<string> = new Set(['ListingComplete', 'Reachable']);

function listOf(
  { reason, get, conditions, events, metrics }: Shown,
  alerts: readonly string[],
): string {
  const { how, type } = REASON_CAUSES[reason];
  const ready = conditions.find((each) => each.type === 'Ready');
  const told = [ready, conditions.find((each) => each.type === type)];
  const [, runbook] = / (Runbook: \S+)$/.exec(get.status) ?? [];
  const held = get.held !== '0' && get.held !== '' ? `, HELD ${get.held}` : '';
  return [
    `**Shown.** ${how}`,
    '',
    `- \`kubectl get\`: READY ${get.ready}${held}, STATUS “${get.status}”`,
    `- \`kubectl describe\`: conditions ${conditions.map(short).join(', ')}`,
    ...(told[1] === undefined || told[1] === ready ? [] : [`- ${type} says: “${told[1].message}”`]),
    ...events.map((event) => `- event ${eventLine(event, get.status, runbook)}`),
    ...(events.length === 0 ? ['- no event'] : []),
    `- metrics: ${metrics.map((line) => `\`${line}\``).join(', ')}`,
    `- alert: ${linksTo(alerts)}`,
  ].join('\n');
}

function short({ type, status, reason }: ShownCondition): string {
  return `\`${type} ${status} ${reason}\``;
}

/** An event's note that is the message of STATUS is not said again. */
function eventLine(event: string, status: string, runbook = ''): string {
  const [, kind = '', note = ''] = /^(\w+ \w+): (.+)$/.exec(event) ?? [];
  const isSame = status === note || status === `${note} ${runbook}`;
  return isSame ? `\`${kind}\` with the same message` : `\`${kind}\`: “${note}”`;
}

function linksTo(alerts: readonly string[]): string {
  return alerts.map((alert) => `[${alert}](#${alert.toLowerCase()})`).join(', ') || 'none';
}
