import { expect } from 'chai';
import type { FaultKind, FaultMatch, FaultName } from '../sandbox/fault-kinds.ts';
import { conditionOf, isReady, type SpecChanges, type StoredObject } from './operator.ts';
import { openStage, ROWS, type Stage, type StageOptions } from './stage.ts';
import { describeTrouble, story } from './troubled-world.ts';
import { expectInStep, makeUntidy, WORK } from './untidy-tenant.ts';

const ORGANIZATIONS = '/api/v2/organizations';
const CREATE: FaultMatch = { method: 'POST', path: ORGANIZATIONS };
const UPDATE: FaultMatch = { method: 'PATCH', path: `${ORGANIZATIONS}/{id}` };
const DELETE: FaultMatch = { method: 'DELETE', path: `${ORGANIZATIONS}/{id}` };

interface Mishap extends StageOptions {
  readonly spec?: SpecChanges;
  readonly spoil: (stage: Stage) => void;
}

/** Something goes wrong that costs time and nothing else: the first sync does all of its work. */
function unnoticed(title: string, what: Mishap): void {
  story(title, async (world) => {
    const stage = await openStage(world, what);
    makeUntidy(stage.auth0);
    await stage.setSecret(stage.keys);
    what.spoil(stage);
    await stage.apply(what.spec);
    const well = await stage.until((object) => isReady(object));
    expectInStep(stage);
    const verdicts = stage.versions().map((object) => conditionOf(object, 'Ready'));
    expect(verdicts.filter((verdict) => verdict?.startsWith('False'))).to.deep.equal([]);
    expect(well.status?.lastSync).to.include({ ...WORK, failed: 0 });
    expect(await stage.events('SyncFailed')).to.deep.equal([]);
    await stage.close();
  });
}

/** The object after the sync that met the trouble, and after the one that had none. */
async function runTwice(
  stage: Stage,
  reason: string,
  mend: () => void,
): Promise<readonly [troubled: StoredObject, well: StoredObject]> {
  const troubled = await stage.until((object) => isReady(object, `False ${reason}`));
  mend();
  const since = stage.versions().length;
  return [troubled, await stage.until((object) => isReady(object), { since })];
}

function messageOf({ status }: StoredObject): string | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready')?.message;
}

describeTrouble('a change meets', () => {
  const once: readonly [title: string, kind: FaultName | FaultKind][] = [
    ['a lost answer', 'lost-answer'],
    ['an answer that is cut', 'cut-body'],
    ['half of an answer', 'garbage-json'],
    ['an empty answer', 'empty'],
    ['an error although it was made', { kind: 'status-after-effect', status: 500 }],
    ['an error', { kind: 'status', status: 502 }],
    ['HTML', 'html'],
    ['a reset', 'reset'],
    ['a rate limit without a word about time', 'too-many-requests'],
  ];
  for (const [title, kind] of once) {
    unnoticed(title, {
      spoil({ auth0 }) {
        for (const match of [CREATE, UPDATE, DELETE]) auth0.fault(match, kind, 2);
      },
    });
  }

  unnoticed('a storm of rate limits', {
    spoil({ auth0 }) {
      auth0.fault({}, { kind: 'too-many-requests', headers: true, waitSeconds: 0.5 }, 60);
    },
  });
});

describeTrouble('changes that Auth0 refuses', () => {
  story('are counted, shown and tried again; the rest is done', async (world) => {
    const stage = await openStage(world);
    const { auth0 } = stage;
    auth0.seed([{ name: 'gone', metadata: { institutionId: 'gone' } }]);
    await stage.setSecret(stage.keys);
    const body = { statusCode: 400, error: 'Bad Request', message: 'The name is reserved' };
    auth0.fault(CREATE, { kind: 'status', status: 400, body }, 13);
    await stage.apply({ limits: { deletions: '100%' } });
    const [troubled, well] = await runTwice(stage, 'PartialFailure', () => {});

    expect(messageOf(troubled)).to.match(/refused some changes; see status\.failures.*next sync/);
    expect(conditionOf(troubled, 'Stalled')).to.equal(undefined);
    const { lastSync, failures, organizations } = troubled.status ?? {};
    expect(lastSync).to.include({ created: ROWS.length - 13, deleted: 1, failed: 13 });
    expect(organizations).to.include({ managed: ROWS.length - 13, inSync: ROWS.length - 13 });
    expect(failures).to.have.length(10);
    for (const failure of failures ?? []) {
      expect(failure).to.include({ operation: 'create', statusCode: 400 });
      expect(failure.message).to.match(/^The name is reserved/);
      expect(failure.institutionId).to.match(/^i-/);
    }
    expect(well.status?.lastSync).to.include({ created: 13, failed: 0 });
    expect(well.status).not.to.have.property('failures');
    expect(auth0.organizations()).to.have.length(ROWS.length);
    expect(await stage.events('SyncFailed', 1)).to.have.length(1);
    await stage.close();
  });

  for (const [title, match, status] of [
    ['updates', UPDATE, 403],
    ['removals', DELETE, 409],
  ] as const) {
    story(`are ${title}`, async (world) => {
      const stage = await openStage(world);
      makeUntidy(stage.auth0);
      await stage.setSecret(stage.keys);
      const body = { statusCode: status, error: 'No', message: 'Not this one' };
      stage.auth0.fault(match, { kind: 'status', status, body }, 2);
      await stage.apply();
      const [troubled] = await runTwice(stage, 'PartialFailure', () => {});
      expect(troubled.status?.lastSync).to.include({ failed: 2, created: WORK.created });
      expect(troubled.status?.failures?.map(({ message }) => message)).to.deep.equal([
        'Not this one',
        'Not this one',
      ]);
      expectInStep(stage);
      await stage.close();
    });
  }
});

describeTrouble('a tenant that is full', () => {
  story('takes what fits; the rest follows when there is room', async (world) => {
    const stage = await openStage(world, { auth0: { entityLimit: 61 } });
    const { auth0 } = stage;
    const orphans = Array.from({ length: 11 }, (_, index) => ({ name: `unmanaged-${index}` }));
    auth0.seed(orphans);
    await stage.setSecret(stage.keys);
    await stage.apply();
    const [troubled, well] = await runTwice(stage, 'CapacityExceeded', () => {
      for (const { id, name } of auth0.organizations()) {
        if (name.startsWith('unmanaged-')) auth0.removeOrganization(id);
      }
    });
    expect(messageOf(troubled)).to.match(/takes no further organizations.*Ask Auth0 to raise/);
    expect(conditionOf(troubled, 'Stalled')).to.equal('True CapacityExceeded');
    expect(troubled.status?.lastSync).to.include({ created: 50 });
    expect(well.status?.organizations).to.include({ managed: ROWS.length });
    expect(auth0.organizations()).to.have.length(ROWS.length);
    expect(await stage.events('SyncFailed', 1)).to.have.length(1);
    await stage.close();
  });
});

describeTrouble('in the middle of the changes', () => {
  story('Auth0 fails for good: the next sync goes on where this one ended', async (world) => {
    const stage = await openStage(world);
    await stage.setSecret(stage.keys);
    stage.auth0.fault({ ...CREATE, skip: 20 }, { kind: 'status', status: 503 }, Infinity);
    await stage.apply();
    const [troubled, well] = await runTwice(stage, 'TargetUnavailable', () =>
      stage.auth0.clearFaults(),
    );
    const first = troubled.status?.lastSync?.created ?? 0;
    expect(first).to.equal(20);
    expect(well.status?.lastSync?.created).to.equal(ROWS.length - first);
    expect(stage.auth0.organizations()).to.have.length(ROWS.length);
    expect(await stage.events('SyncFailed', 1)).to.have.length(1);
    await stage.close();
  });

  /** Calls back when the tenant has got its 20th organization, on the way to the 21st. */
  function after20(act: () => void): StageOptions {
    let creations = 0;
    return {
      auth0: {
        onRequest({ method, path }) {
          if (method === 'POST' && path === ORGANIZATIONS && (creations += 1) === 21) act();
        },
      },
    };
  }

  story('a programmatic token is revoked: nobody notices', async (world) => {
    const stage: Stage = await openStage(
      world,
      after20(() => stage.auth0.revokeTokens()),
    );
    await stage.setSecret(stage.keys);
    await stage.apply();
    const { status } = await stage.until((object) => isReady(object));
    expect(status?.lastSync).to.include({ created: ROWS.length, failed: 0 });
    expect(stage.auth0.requests.count({ path: '/oauth/token' })).to.equal(2);
    expect(await stage.events('SyncFailed')).to.deep.equal([]);
    await stage.close();
  });

  story('a token given by hand is revoked: a new one goes on', async (world) => {
    const stage: Stage = await openStage(
      world,
      after20(() => stage.auth0.revokeTokens()),
    );
    await stage.setSecret({ AUTH0_ACCESS_TOKEN: stage.mintToken() });
    await stage.apply();
    const troubled = await stage.until((object) => isReady(object, 'False AuthenticationFailed'));
    expect(messageOf(troubled)).to.match(/does not accept AUTH0_ACCESS_TOKEN.*Put a new token/);
    expect(conditionOf(troubled, 'Stalled')).to.equal('True AuthenticationFailed');
    const made = stage.auth0.organizations().length;
    expect(made).to.be.within(15, 25);
    const since = stage.versions().length;
    await stage.setSecret({ AUTH0_ACCESS_TOKEN: stage.mintToken() });
    const { status } = await stage.until((object) => isReady(object), { since, timeoutMs: 20_000 });
    expect(status?.lastSync).to.include({ created: ROWS.length - made, failed: 0 });
    expect(await stage.events('CredentialsRotated', 1)).to.have.length(1);
    expect(await stage.events('SyncFailed', 1)).to.have.length(1);
    await stage.close();
  });
});

describeTrouble('answers that quote secrets', () => {
  story('of the token endpoint', async (world) => {
    const stage = await openStage(world);
    await stage.setSecret(stage.keys);
    const said = `wrong client_secret ${stage.keys['AUTH0_CLIENT_SECRET']}`;
    const body = { error: 'invalid_client', error_description: said };
    stage.auth0.fault({ path: '/oauth/token' }, { kind: 'status', status: 401, body }, Infinity);
    await stage.apply();
    const { status } = await stage.until((object) => isReady(object, 'False AuthenticationFailed'));
    expect(JSON.stringify(status)).not.to.contain(stage.keys['AUTH0_CLIENT_SECRET']);
    await stage.close();
  });

  story('to a change', async (world) => {
    const stage = await openStage(world);
    const token = stage.mintToken();
    await stage.setSecret({ AUTH0_ACCESS_TOKEN: token });
    const message = `You sent Authorization: Bearer ${token}`;
    const body = { statusCode: 400, error: 'Bad Request', message };
    stage.auth0.fault(CREATE, { kind: 'status', status: 400, body });
    await stage.apply();
    const { status } = await stage.until((object) => isReady(object, 'False PartialFailure'));
    expect(JSON.stringify(status?.failures)).not.to.contain(token);
    await stage.close();
  });
});
