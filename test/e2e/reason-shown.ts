import type { ConditionType } from '../../src/api/conditions.ts';
import type { Reason } from '../../src/api/reasons.ts';
import type { Prometheus } from './prometheus.ts';
import { REASON_CAUSES } from './reason-causes.ts';
import type { Stage } from './stage.ts';

/** What a person sees of an object: lines as they are printed, with names that are always the same. */
export interface Shown {
  /** READY, STATUS and HELD of `kubectl get`. */
  readonly get: { readonly ready: string; readonly status: string; readonly held: string };
  /** The conditions in `kubectl describe`, as `Ready False SecretNotFound`. */
  readonly conditions: readonly string[];
  /** The events in `kubectl describe`, as `Warning SyncFailed: note`. */
  readonly events: readonly string[];
  readonly metrics: readonly string[];
}

const COLUMNS =
  'custom-columns=READY:.status.conditions[?(@.type=="Ready")].status,HELD:.status.organizations.held';
/** Events are written after the status, and retries take a while. */
const LATEST_MS = 60_000;

/** Looks at the object as kubectl and the metrics show it. */
export async function lookAt(stage: Stage, reason: Reason, metrics: string): Promise<Shown> {
  const { operator } = stage.world;
  const described = await describeSettled(stage, reason);
  const wide = await operator.kubectl('get', 'isync', stage.name);
  const plain = await operator.kubectl('get', 'isync', stage.name, '-o', COLUMNS, '--no-headers');
  const [ready = '', held = ''] = plain.trim().split(/\s+/);
  const answer = await fetch(`http://${metrics}/metrics`, { headers: { connection: 'close' } });
  return {
    get: { ready, status: neutral(statusOf(wide), stage), held },
    conditions: conditionsOf(described),
    events: eventsOf(described)
      .map((event) => neutral(event, stage))
      .toSorted(),
    metrics: seriesOf(await answer.text(), stage.name, REASON_CAUSES[reason].type),
  };
}

/** What kubectl describes once the events are written, and not while a retry runs. */
async function describeSettled({ world, name }: Stage, reason: Reason): Promise<string> {
  const { events = 1 } = REASON_CAUSES[reason];
  const until = Date.now() + LATEST_MS;
  for (;;) {
    const described = await world.operator.kubectl('describe', 'isync', name);
    const isRunning = conditionsOf(described).some((each) => each.startsWith('Reconciling'));
    const isSettled = !isRunning || reason === 'Progressing';
    if (isSettled && eventsOf(described).length >= events) return described;
    if (Date.now() > until) throw new Error(`${reason} is still: ${described}`);
  }
}

/** The column STATUS, which ends where the head of the next one begins. */
function statusOf(table: string): string {
  const [head = '', row = ''] = table.split('\n');
  return row.slice(head.indexOf('STATUS'), head.indexOf('INSTITUTIONS')).trim();
}

/** kubectl sorts the fields of each: the time, the message, the generation, reason, status, type. */
function conditionsOf(described: string): readonly string[] {
  const found = described.matchAll(/Reason:\s+(\w+)\n\s+Status:\s+(\w+)\n\s+Type:\s+(\w+)/g);
  return [...found].map(([, reason, status, type]) => `${type} ${status} ${reason}`);
}

function eventsOf(described: string): readonly string[] {
  const [, list = ''] = described.split('\nEvents:');
  const lines = list.matchAll(/^ +(Normal|Warning) +(\w+) +\S+(?: \(x.*\))? +\S+ +(.+)$/gm);
  return [...lines].map(([, type, reason, note]) => `${type} ${reason}: ${note}`);
}

/** Series that are not 0: the verdict, the condition that the reason belongs to, what is held. */
function seriesOf(text: string, name: string, type: ConditionType): readonly string[] {
  const told = new RegExp(
    `^institution_sync_(fault|held_changes|condition\\{(?=[^}]*type="(Ready|Stalled|${type})"))`,
  );
  return text
    .split('\n')
    .filter((line) => told.test(line) && line.includes(`name="${name}"`) && !line.endsWith(' 0'))
    .map((line) => line.replace(/namespace="[^"]*",name="[^"]*",/, ''));
}

/** Ports and generated names as a reader knows them from the other pages. */
function neutral(text: string, { name, world, toThe, toAuth0 }: Stage): string {
  return text
    .replaceAll(`127.0.0.1:${toThe.port}`, 'api.timeshighereducation.com')
    .replaceAll(`127.0.0.1:${toAuth0.port}`, 'acme.eu.auth0.com')
    .replaceAll(/127\.0\.0\.1:\d+/g, 'acme.eu.auth0.com')
    .replaceAll(`"${name}"`, '"auth0-credentials"')
    .replaceAll(`institutionsync ${name} `, 'institutionsync world ')
    .replaceAll(/trouble-\d+/g, 'older')
    .replaceAll(world.operator.namespace, 'identity')
    .replaceAll(/sha256:[0-9a-f]{64}/g, 'sha256:…');
}

/** The alerts that the object has set off or will when it stays as it is, sorted. */
export async function alertsOf(prometheus: Prometheus, name: string): Promise<readonly string[]> {
  const found = await prometheus.query(`ALERTS{name="${name}"}`);
  return found.map(({ labels }) => labels['alertname'] ?? '').toSorted();
}
