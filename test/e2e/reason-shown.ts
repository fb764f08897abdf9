import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Reason } from '../../src/api/reasons.ts';
import { makeCause, REASON_CAUSES, REASONS } from './reason-causes.ts';
import { conditionOf } from './operator.ts';
import type { Stage } from './stage.ts';
import type { World } from './world.ts';

export interface ShownCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** What a person sees of an object, as it is printed, with names that are always the same. */
export interface Shown {
  readonly reason: Reason;
  readonly stage: Stage;
  /** Columns of `kubectl get`. */
  readonly get: { readonly ready: string; readonly status: string; readonly held: string };
  /** In `kubectl describe`. */
  readonly conditions: readonly ShownCondition[];
  /** In `kubectl describe`, as `Warning SyncFailed: note`. */
  readonly events: readonly string[];
  /** Series that tell what is wrong, without the object's labels. */
  readonly metrics: readonly string[];
}

/** Events are written after the status, and a retry may take half a minute, with seconds between. */
const LATEST_MS = 150_000;

/** Makes the cause of each reason, at the same time, and looks at what it shows. */
export async function showReasons(world: World, metrics: string): Promise<readonly Shown[]> {
  const made = await Promise.all(
    REASONS.map(async (reason) => ({ reason, stage: await makeCause(world, reason) })),
  );
  const described = new Map<Reason, string>();
  for (const { reason, stage } of made) described.set(reason, await describe(stage, reason));
  const table = rowsOf(await world.operator.kubectl('get', 'institutionsyncs'));
  const scraped = await scrape(metrics);
  return made.map(({ reason, stage }) => {
    const page = described.get(reason) ?? '';
    const row = table.find(({ NAME }) => NAME === stage.name);
    return {
      reason,
      stage,
      get: {
        ready: row?.['READY'] ?? '',
        status: neutral(row?.['STATUS'] ?? '', stage),
        held: row?.['HELD'] ?? '',
      },
      conditions: conditionsOf(page).map((each) => ({
        ...each,
        message: neutral(each.message, stage),
      })),
      events: eventsOf(page)
        .map((event) => neutral(event, stage))
        .toSorted(),
      metrics: seriesOf(scraped, stage.name, REASON_CAUSES[reason].type),
    };
  });
}

/** What kubectl describes once the events are written, and not while a retry runs. */
async function describe(stage: Stage, reason: Reason): Promise<string> {
  const { world, name } = stage;
  const { events = 1 } = REASON_CAUSES[reason];
  const until = Date.now() + LATEST_MS;
  for (;;) {
    if (reason !== 'Progressing') {
      const latest = stage.versions().length - 1;
      await stage.until((object) => conditionOf(object, 'Reconciling') === undefined, {
        since: latest,
      });
    }
    const described = await world.operator.kubectl('describe', 'institutionsync', name);
    const isRunning = conditionsOf(described).some(({ type }) => type === 'Reconciling');
    const isSettled = !isRunning || reason === 'Progressing';
    if (isSettled && eventsOf(described).length >= events) return described;
    if (Date.now() > until) throw new Error(`${reason} is still: ${described}`);
  }
}

/** The rows of a table as kubectl prints it: a column begins where its head does. */
function rowsOf(table: string): readonly Readonly<Record<string, string>>[] {
  const [head = '', ...rows] = table.split('\n');
  const columns = [...head.matchAll(/\S+(?: \S+)*\s*/g)];
  return rows.map((row) =>
    Object.fromEntries(
      columns.map(({ 0: name, index }) => [
        name.trim(),
        row.slice(index, index + name.length).trim(),
      ]),
    ),
  );
}

/** kubectl sorts the fields of each: the time, the message, the generation, reason, status, type. */
function conditionsOf(described: string): readonly ShownCondition[] {
  const found = described.matchAll(
    /Message:\s+(.+)\n\s+Observed Generation:\s+\d+\n\s+Reason:\s+(\w+)\n\s+Status:\s+(\w+)\n\s+Type:\s+(\w+)/g,
  );
  return [...found].map(([, message = '', reason = '', status = '', type = '']) => ({
    type,
    status,
    reason,
    message,
  }));
}

function eventsOf(described: string): readonly string[] {
  const [, list = ''] = described.split('\nEvents:');
  const lines = list.matchAll(/^ +(Normal|Warning) +(\w+) +\S+(?: \(x.*\))? +\S+ +(.+)$/gm);
  return [...lines].map(([, type, reason, note]) => `${type} ${reason}: ${note}`);
}

/** On a connection of its own: the controller ends those that are idle. */
async function scrape(address: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  get(`http://${address}/metrics`, { agent: false }, (answer) => {
    resolve(text(answer));
  }).once('error', reject);
  return promise;
}

/** Series that are not 0: the verdict, the condition that the reason belongs to, what is held. */
function seriesOf(scraped: string, name: string, type: string): readonly string[] {
  const told = new RegExp(
    `^institution_sync_(fault|held_changes|condition\\{(?=[^}]*type="(Ready|Stalled|${type})"))`,
  );
  return scraped
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
