import { conditionOf, isReady } from './operator.ts';
import { openStage, ROWS, type Stage } from './stage.ts';
import type { World } from './world.ts';

/** Objects in all the states that metrics tell of, each by what it shows. */
export interface Shown {
  readonly changed: Stage;
  readonly held: Stage;
  readonly failing: Stage;
  readonly stalled: Stage;
  readonly manual: Stage;
  readonly suspended: Stage;
  readonly refused: Stage;
}

/**
 * Brings objects into their states, at the same time: changes of each kind made and refused, removals
 * held, a row skipped, a source that is away, a Secret without keys, a token given by hand, statuses
 * that HTTP does not know.
 */
export async function showAll(world: World): Promise<Shown> {
  const [changed, held, failing, stalled, manual, suspended, refused] = await Promise.all([
    openStage(world),
    openStage(world),
    openStage(world, { the: { rows: [...ROWS, { iid: '', name: 'Without an iid' }] } }),
    openStage(world),
    openStage(world),
    openStage(world),
    openStage(world),
  ]);
  const { fault } = changed.auth0;
  await Promise.all([
    change(changed),
    hold(held),
    fail(failing),
    refuse(refused),
    (async () => {
      await stalled.setSecret({ AUTH0_CLIENT_ID: 'somebody' });
      await stalled.apply();
      await stalled.until((object) => conditionOf(object, 'Stalled') === 'True SecretInvalid');
    })(),
    (async () => {
      await manual.setSecret({ AUTH0_ACCESS_TOKEN: manual.mintToken({ expiresIn: 3600 }) });
      await manual.apply();
      await manual.until((object) => isReady(object));
    })(),
    (async () => {
      await suspended.setSecret(suspended.keys);
      await suspended.apply({ suspend: true });
      await suspended.until((object) => conditionOf(object, 'Suspended') !== undefined);
    })(),
  ]);
  return { changed, held, failing, stalled, manual, suspended, refused };

  async function change(stage: Stage): Promise<void> {
    fault('POST /api/v2/organizations', {
      kind: 'status',
      status: 400,
      body: { statusCode: 400, error: 'Bad Request', message: 'Not today' },
    });
    await stage.setSecret(stage.keys);
    await stage.apply({ limits: { deletions: '100%' } });
    await stage.until((object) => isReady(object, 'False PartialFailure'));
    await stage.until((object) => isReady(object));
    const [first, , ...rest] = ROWS;
    if (first === undefined) throw new Error('there are no rows');
    stage.the.setRows([{ ...first, name: 'Another name' }, ...rest]);
    await stage.until(
      ({ status }) => status?.history?.some(({ deleted }) => deleted === 1) === true,
    );
  }
}

async function hold(stage: Stage): Promise<void> {
  await stage.setSecret(stage.keys);
  await stage.apply({ limits: { deletions: 0 } });
  await stage.until((object) => isReady(object));
  stage.the.setRows(ROWS.slice(0, -3));
  await stage.until((object) => conditionOf(object, 'ChangesHeld') !== undefined);
}

async function fail(stage: Stage): Promise<void> {
  await stage.setSecret(stage.keys);
  await stage.apply();
  await stage.until((object) => isReady(object));
  const pages = 'GET /refdata/institutions';
  for (const status of [299, 599]) stage.the.fault(pages, { kind: 'status', status });
  stage.the.fault(pages, { kind: 'status', status: 404 }, Infinity);
  await stage.until((object) => isReady(object, 'False SourceUnavailable'));
}

/** Statuses that no server should send, and every creation refused. */
async function refuse(stage: Stage): Promise<void> {
  await stage.setSecret(stage.keys);
  for (const status of [299, 530, 599]) {
    stage.auth0.fault('GET /api/v2/organizations', { kind: 'status', status, body: {} });
  }
  const body = { statusCode: 400, error: 'Bad Request', message: 'Not today' };
  stage.auth0.fault('POST /api/v2/organizations', { kind: 'status', status: 400, body }, Infinity);
  await stage.apply();
  await stage.until((object) => isReady(object, 'False PartialFailure'));
}
