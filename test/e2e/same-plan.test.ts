import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { z } from 'zod';
import { caFile } from '../sandbox/certificates.ts';
import { institutions } from '../sandbox/institutions.ts';
import { isReady, startOperator, type Operator } from './operator.ts';

const BUNDLE = fileURLToPath(new URL('../../dist/institution-sync.js', import.meta.url));

/** The same settings, as the resource has them and as flags. */
const SPEC = {
  mode: 'Plan',
  organizations: { metadata: ['country', 'web'], adopt: false },
  limits: { deletions: 2, updates: '50%' },
};
const FLAGS = [
  '--METADATA=country,web',
  '--ADOPT=false',
  '--DELETION_LIMIT=2',
  '--UPDATE_LIMIT=50%',
];

const Plan = z.looseObject({
  counts: z.object({ creations: z.int(), updates: z.int(), removals: z.int() }),
  held: z
    .looseObject({
      planHash: z.string(),
      updates: z.array(z.unknown()),
      removals: z.array(z.unknown()),
    })
    .nullable(),
  conflicts: z.array(z.unknown()),
});
type Plan = z.output<typeof Plan>;

describe('the plan of the same settings', function () {
  this.timeout(120_000);
  let operator: Operator;
  const rows = institutions(30);

  before(async () => {
    operator = await startOperator({ the: { rows: rows.slice(0, 25) } });
    const gone = rows.slice(25).concat(rows.slice(0, 4));
    operator.auth0.seed([
      ...gone.map((row) => ({
        name: row['iid'],
        display_name: 'An older name',
        metadata: { institutionId: row['iid'] },
      })),
      { name: String(rows[10]?.['iid']), display_name: 'By a person' },
    ]);
    await operator.apply(operator.manifest('planned', SPEC));
  });
  after(() => operator[Symbol.asyncDispose]());

  async function plan(...args: string[]): Promise<Plan> {
    const child = spawn(process.execPath, ['--', BUNDLE, ...args, '-o', 'json'], {
      env: {
        PATH: process.env['PATH'],
        KUBECONFIG: operator.plane.kubeconfig,
        NODE_EXTRA_CA_CERTS: await caFile(),
        AUTH0_CLIENT_ID: operator.auth0.clientId,
        AUTH0_CLIENT_SECRET: operator.auth0.clientSecret,
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return Plan.parse(JSON.parse(await text(child.stdout)));
  }

  it('is the same by the controller, and by each way of the command', async () => {
    const planned = await operator.until('planned', (object) => isReady(object, 'True Planned'));
    const byController = planned.status?.plannedChanges;
    const bySettings = await plan(
      'validate',
      `--AUTH0_DOMAIN=${operator.auth0.domain}`,
      `--THE_INSTITUTIONS_ENDPOINT=${operator.the.endpoint}`,
      ...FLAGS,
    );
    const { counts, held, conflicts } = bySettings;
    expect(byController).to.deep.equal({
      creations: counts.creations,
      updates: counts.updates + (held?.updates.length ?? 0),
      deletions: counts.removals + (held?.removals.length ?? 0),
      planHash: held?.planHash,
    });
    expect(held?.removals).to.have.lengthOf(5);
    expect(conflicts).to.have.lengthOf(1);
    const byObject = await plan('plan', 'planned', '-n', operator.namespace);
    expect(byObject).to.deep.equal(bySettings);
  });
});
