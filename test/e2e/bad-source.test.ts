import { expect } from 'chai';
import type { FaultKind, FaultMatch, FaultName } from '../sandbox/fault-kinds.ts';
import { startTheSandbox } from '../sandbox/the/start.ts';
import { conditionOf, isReady } from './operator.ts';
import { openStage, PAGE_SIZE, ROWS, type Stage } from './stage.ts';
import { trouble, type Trouble } from './trouble.ts';
import { describeTrouble, story } from './troubled-world.ts';
import { expectInStep, makeUntidy, watchUntouched } from './untidy-tenant.ts';

const PATH = '/refdata/institutions';
const PAGE_2: FaultMatch = { path: PATH, query: { offset: String(PAGE_SIZE) } };

/** Nothing but the checks of the source keeps the organizations. */
const spec = { limits: { deletions: '100%', updates: '100%' } };

/** THE was fine and then goes wrong; the tenant is in step and must stay so. */
function faulty(
  title: string,
  what: Pick<Trouble, 'reason' | 'says' | 'once' | 'the'>,
  spoil: (stage: Stage) => void | Promise<void>,
  mend: (stage: Stage) => void | Promise<void> = ({ the }) => the.clearFaults(),
): void {
  trouble(title, { spec, later: true, ...what, spoil, mend });
}

function always(kind: FaultName | FaultKind, match: FaultMatch = { path: PATH }) {
  return ({ the }: Stage) => the.fault(match, kind, Infinity);
}

/** The answer to one page, or to all, in place of the right one. */
function body(answer: unknown, match?: FaultMatch) {
  return always({ kind: 'wrong-shape', body: answer }, match);
}

const unavailable = { reason: 'SourceUnavailable', says: /127\.0\.0\.1.*The next sync/ } as const;
const unreadable = {
  reason: 'SourceInvalid',
  says: /is not a page of institutions.*Check that the endpoint is THE's list/,
} as const;
const contradictory = {
  reason: 'SourceInvalid',
  says: /contradicts itself.*Nothing was changed\. Ask Times Higher Education/,
} as const;
const total = { the: { rowCount: 'total' } } as const;

describeTrouble('THE cannot be read:', () => {
  faulty(
    'connections are refused',
    { ...unavailable, says: /No connection to https:.*ECONNREFUSED.*Check the endpoint/ },
    ({ toThe }) => toThe.refuse(),
    ({ toThe }) => toThe.resume(),
  );
  faulty(
    'connections are reset',
    { ...unavailable, says: /No connection to https:.*ECONNRESET.*Check the endpoint/ },
    always('reset'),
  );
  faulty(
    '500 for ever',
    { ...unavailable, says: /answered 500/ },
    always({ kind: 'status', status: 500 }),
  );
  faulty('429 for ever', { ...unavailable, says: /answered 429/ }, always('too-many-requests'));
  for (const status of [403, 404]) {
    const says = new RegExp(`answered ${status}\\. Nothing was changed\\. Check the endpoint`);
    faulty(`${status}`, { ...unavailable, says }, always({ kind: 'status', status }));
  }
  faulty(
    '500 for the second page',
    { ...unavailable, says: /answered 500/ },
    always({ kind: 'status', status: 500 }, PAGE_2),
  );
  for (const kind of ['hang', 'hang-in-body'] as const) {
    const says = /did not answer in full within 20 seconds/;
    faulty(kind, { ...unavailable, says, once: true }, always(kind));
  }
  story('redirects, which are not followed', async (world) => {
    const stage = await openStage(world);
    const elsewhere = await startTheSandbox({ rows: [] });
    makeUntidy(stage.auth0);
    const expectUntouched = watchUntouched(stage);
    await stage.setSecret(stage.keys);
    stage.the.fault('*', { kind: 'redirect', location: elsewhere.endpoint }, Infinity);
    await stage.apply(spec);
    const { status } = await stage.until((object) => isReady(object, 'False SourceUnavailable'));
    expect(status?.conditions?.[0]?.message).to.match(
      /redirects to 127\.0\.0\.1:.*not followed\. Set institutions\.endpoint/,
    );
    expect(elsewhere.requests.all()).to.deep.equal([]);
    expectUntouched();
    stage.the.clearFaults();
    await stage.until((object) => isReady(object));
    await elsewhere.stop();
    await stage.close();
  });
});

describeTrouble('a certificate that nobody trusts', () => {
  story('of THE', async (world) => {
    const stage = await openStage(world);
    makeUntidy(stage.auth0);
    const expectUntouched = watchUntouched(stage);
    await stage.setSecret(stage.keys);
    // The API server's certificate is of an authority that the controller trusts for nothing else.
    await stage.apply({ institutions: { endpoint: `${world.operator.plane.server}${PATH}` } });
    const { status } = await stage.until((object) => isReady(object, 'False SourceUnavailable'));
    expect(status?.conditions?.[0]?.message).to.match(
      /Its certificate is not trusted: check the endpoint, or give .* NODE_EXTRA_CA_CERTS/,
    );
    expectUntouched();
    await stage.close();
  });

  story('of Auth0', async (world) => {
    const stage = await openStage(world);
    await stage.setSecret(stage.keys);
    await stage.apply({ auth0: { domain: new URL(world.operator.plane.server).host } });
    const { status } = await stage.until((object) => isReady(object, 'False TargetUnavailable'));
    expect(status?.conditions?.[0]?.message).to.match(/certificate/i);
    await stage.close();
  });
});

describeTrouble('THE answers what is no page:', () => {
  faulty('HTML with 200', unreadable, always('html'));
  faulty('an empty 200', unreadable, always('empty'));
  faulty('half of the JSON', unreadable, always('garbage-json'));
  faulty('a body that is cut', unreadable, always('cut-body'));
  faulty('a reset in the body', unreadable, always('reset-after-headers'));
  faulty('204', unreadable, always({ kind: 'status', status: 204 }));
  faulty('another shape', unreadable, always('wrong-shape'));
  faulty('the rows alone', unreadable, body(ROWS));
  faulty('rows of null', unreadable, body({ rowCount: 0, rows: null }));
  faulty('rows that are text', unreadable, body({ rowCount: 2, rows: ['a', 'b'] }));
  faulty('no rowCount', unreadable, body({ rows: ROWS }));
  faulty('a rowCount of text', unreadable, body({ rowCount: '60', rows: ROWS }));
  const latin = Buffer.from(
    '{"rowCount":1,"rows":[{"iid":"i-1","name":"Universit\xe9"}]}',
    'latin1',
  );
  faulty('names in Latin-1', unreadable, body(latin));
  trouble('304 without being asked', {
    ...unreadable,
    spoil: always({ kind: 'status', status: 304 }),
    mend: ({ the }) => the.clearFaults(),
  });
  faulty('HTML as the second page', unreadable, always('html', PAGE_2));
  faulty('half of the second page', unreadable, always('garbage-json', PAGE_2));
});

describeTrouble('THE lists what cannot be:', () => {
  const tooFew = {
    reason: 'SourceInvalid',
    says: /has fewer institutions than institutions\.minimum \(1\)\. Nothing was changed/,
  } as const;
  faulty('nothing at all', tooFew, body({ rowCount: 0, rows: [] }));
  faulty('rows without an iid alone', tooFew, ({ the }) => the.setRows([{ name: 'A' }]), restore);
  trouble('fewer than the minimum', {
    spec: { ...spec, institutions: { minimum: 50 } },
    reason: 'SourceInvalid',
    says: /fewer institutions than institutions\.minimum \(50\)/,
    later: true,
    spoil: ({ the }) => the.setRows(ROWS.slice(0, 49)),
    mend: restore,
  });
  faulty('an empty second page', contradictory, body({ rowCount: 0, rows: [] }, PAGE_2));
  faulty(
    'an empty second page of 60 rows',
    { ...contradictory, ...total },
    body({ rowCount: 60, rows: [] }, PAGE_2),
  );
  faulty('a second page cut short, and no more', { ...contradictory, ...total }, (stage) => {
    body({ rowCount: 60, rows: ROWS.slice(25, 40) }, PAGE_2)(stage);
    body({ rowCount: 60, rows: [] }, { path: PATH, query: { offset: '40' } })(stage);
  });
  faulty('a rowCount that is too small', contradictory, body({ rowCount: 7, rows: ROWS }));
  faulty('a rowCount that is too large', contradictory, (stage) => {
    body({ rowCount: 99, rows: ROWS }, { path: PATH, query: { offset: '0' } })(stage);
    body({ rowCount: 99, rows: [] })(stage);
  });
  faulty(
    'totals that differ from page to page',
    { ...contradictory, ...total },
    body({ rowCount: 61, rows: ROWS.slice(25, 50) }, PAGE_2),
  );
  faulty(
    'an iid twice',
    contradictory,
    ({ the }) => the.setRows([...ROWS, ...ROWS.slice(3, 4)]),
    restore,
  );
  faulty('the first page again', contradictory, always('repeat-page', PAGE_2));
  faulty('the same page for ever', contradictory, body({ rowCount: 60, rows: ROWS }));

  // Nothing tells this from a listing that has shrunk, so a limit must.
  story('a page cut short that is its end: the removals are held', async (world) => {
    const stage = await openStage(world);
    makeUntidy(stage.auth0);
    await stage.setSecret(stage.keys);
    await stage.apply();
    await stage.until((object) => isReady(object));
    const expectUntouched = watchUntouched(stage);
    body({ rowCount: 15, rows: ROWS.slice(25, 40) }, PAGE_2)(stage);
    body({ rowCount: 0, rows: [] }, { path: PATH, query: { offset: '40' } })(stage);
    const held = await stage.until((object) => conditionOf(object, 'ChangesHeld') !== undefined);
    expect(conditionOf(held, 'ChangesHeld')).to.equal('True DeletionLimitExceeded');
    expect(held.status?.heldChanges).to.include({ deletions: 20, updates: 0 });
    expectUntouched();
    const since = stage.versions().length;
    stage.the.clearFaults();
    await stage.until((object) => conditionOf(object, 'ChangesHeld') === undefined, { since });
    expectInStep(stage);
    expect(await stage.events('ChangesHeld', 1)).to.have.length(1);
    await stage.close();
  });
});

function restore({ the }: Stage): void {
  the.setRows(ROWS);
}

describeTrouble('THE stumbles, and nobody notices:', () => {
  const kinds: readonly (FaultName | FaultKind)[] = [
    { kind: 'status', status: 500 },
    { kind: 'status', status: 503 },
    'reset',
    'html',
    'garbage-json',
    'cut-body',
    'too-many-requests',
  ];
  story('once in each way', async (world) => {
    const stage = await openStage(world, { the: { maxPageSize: 8 } });
    makeUntidy(stage.auth0);
    await stage.setSecret(stage.keys);
    for (const [page, kind] of kinds.entries()) {
      stage.the.fault({ path: PATH, query: { offset: String(page * 8) } }, kind);
    }
    await stage.apply(spec);
    await stage.until((object) => isReady(object));
    expectInStep(stage);
    const verdicts = stage.versions().map((object) => conditionOf(object, 'Ready'));
    expect(verdicts.filter((verdict) => verdict?.startsWith('False'))).to.deep.equal([]);
    expect(await stage.events('SyncFailed')).to.deep.equal([]);
    await stage.close();
  });
});
