import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { format, resolveConfig } from 'prettier';
import { CONDITION_TYPES } from '../../src/api/conditions.ts';
import { customResourceDefinition } from '../../src/api/crd.ts';
import { alertsOf } from './reason-alerts.ts';
import { REASON_CAUSES, REASONS } from './reason-causes.ts';
import { withShown } from './reason-page.ts';
import { showReasons, type Shown } from './reason-shown.ts';
import { programOrSkip } from './prometheus.ts';
import { openWorld, type World } from './world.ts';

const PAGE = path.join(import.meta.dirname, '../../docs/operations.md');
const REQUESTED_AT = 'sync.timeshighereducation.com/requestedAt';

interface Field {
  readonly properties?: Readonly<Record<string, Field>>;
  readonly items?: Field;
}

/** The paths of all fields that hold values; those of a list's items are the list's. */
function pathsOf(field: Field | undefined, prefix = ''): readonly string[] {
  const properties = field?.properties ?? field?.items?.properties;
  if (properties === undefined) return [prefix];
  return Object.entries(properties).flatMap(([name, child]) => pathsOf(child, `${prefix}.${name}`));
}

function pathsIn(value: unknown, prefix = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => pathsIn(item, prefix));
  if (typeof value !== 'object' || value === null) return [prefix];
  return Object.entries(value).flatMap(([name, child]) => pathsIn(child, `${prefix}.${name}`));
}

describe('each reason, made on purpose', function () {
  this.timeout(400_000);
  let world: World;
  let all: readonly Shown[];
  let metrics: string;

  before(async () => {
    world = await openWorld();
    const started = await world.operator.controller.untilLine('controller started');
    metrics = String(started['metrics']);
    all = await showReasons(world, metrics);
  });
  after(() => world?.[Symbol.asyncDispose]());

  for (const reason of REASONS) {
    it(`${reason} is shown by kubectl get, kubectl describe and the metrics`, () => {
      const shown = all.find((each) => each.reason === reason);
      const { type, status } = REASON_CAUSES[reason];
      const conditions = shown?.conditions.map(
        (each) => `${each.type} ${each.status} ${each.reason}`,
      );
      expect(conditions).to.include(`${type} ${status} ${reason}`);
      expect(shown?.metrics.join('\n')).to.include(`{type="${type}",status="${status}"} 1`);
      expect(shown?.get.ready).to.equal(type === 'Ready' ? status : shown?.get.ready);
      const runbook = `docs/operations.md#${reason.toLowerCase()}`;
      if (status === 'False') expect(shown?.get.status).to.include(`. Runbook: ${runbook}`);
      else expect(shown?.get.status).to.match(/\w\.$/);
      if (status === 'False') expect(shown?.events.join()).to.match(/^Warning SyncFailed: \w/);
    });
  }

  it('are shown in the docs as they are', async function () {
    const prometheus = await programOrSkip(this, 'prometheus');
    const alerts = await alertsOf(world, all, metrics, prometheus);
    const page = await readFile(PAGE, 'utf8');
    const options = { ...(await resolveConfig(PAGE)), parser: 'markdown' };
    const written = await format(withShown(page, all, alerts), options);
    if (process.env['REASONS'] === 'write') await writeFile(PAGE, written);
    else expect(page, 'docs/operations.md; to write it: npm run reasons').to.equal(written);
  });

  it('and beside them, every condition and every field of the status is set', async () => {
    const find = (reason: string) => all.find((each) => each.reason === reason)?.stage;
    const held = find('DeletionLimitExceeded');
    await held?.patch({
      metadata: { annotations: { [REQUESTED_AT]: 'now' } },
      spec: { mode: 'Plan' },
    });
    await held?.until(({ status }) => status?.plannedChanges?.planHash !== undefined);
    const versions = all.flatMap(({ stage }) => stage.versions());
    const types = versions.flatMap(({ status }) => status?.conditions?.map(({ type }) => type));
    expect([...new Set(types)]).to.include.members([...CONDITION_TYPES]);

    const schema = customResourceDefinition().spec.versions[0]?.schema.openAPIV3Schema as Field;
    const seen = new Set(versions.flatMap(({ status }) => pathsIn(status ?? {})));
    const missing = pathsOf(schema.properties?.['status']).filter((field) => !seen.has(field));
    expect(missing).to.deep.equal([]);
  });
});
