import { expect } from 'chai';
import type { SyncReport } from '../../../src/sync/report.ts';
import { runCli, startCli } from '../cli/run-cli.ts';
import { openWorld } from '../cli/world.ts';
import { always, except, ROWS, status } from './answers.ts';
import { managed, PAGE_SIZE, rows, rowsAnswer, startEngine, UNLIMITED } from './engine.ts';
import type { Answer, Engine, Row } from './engine.ts';
import { bringInSync } from './in-sync.ts';

const LIST = { method: 'GET', path: '/api/v2/organizations' };
const CREATE = { method: 'POST', path: '/api/v2/organizations' };
const IIDS = ROWS.map(({ iid }) => String(iid));

/** What tools for this job have lost, one test for each way; here nothing is. */
describe('lost elsewhere:', function () {
  this.timeout(30_000);
  let engine: Engine;

  beforeEach(async () => {
    engine = await startEngine();
  });
  afterEach(() => engine[Symbol.asyncDispose]());

  async function keepsAll(answer: Answer, reason: string): Promise<SyncReport> {
    engine.answer = answer;
    const report = await engine.sync(UNLIMITED);
    expect(report.fault?.reason).to.equal(reason);
    expect(engine.names()).to.deep.equal([...IIDS, 'staff']);
    expect(engine.writes()).to.equal(0);
    return report;
  }

  it('THE answers an empty list, and all organizations are deleted', async () => {
    await bringInSync(engine);
    const { fault } = await keepsAll(always({ rowCount: 0, rows: [] }), 'SourceInvalid');
    expect(fault?.message).to.match(/fewer institutions than institutions\.minimum/);
  });

  it('the second page is empty or short, and the rest is deleted', async () => {
    await bringInSync(engine);
    const empty = { rowCount: 0, rows: [] };
    await keepsAll(except({ [PAGE_SIZE]: empty }, 'page'), 'SourceInvalid');
    await keepsAll(except({ [PAGE_SIZE]: empty }, 'total'), 'SourceInvalid');
    const short = { rowCount: 60, rows: ROWS.slice(25, 30) };
    await keepsAll(except({ [PAGE_SIZE]: short, 30: empty }, 'total'), 'SourceInvalid');
  });

  it('rowCount is the total, and the listing ends too soon', async () => {
    await bringInSync(engine);
    engine.answer = rowsAnswer(ROWS, 'total');
    expect((await engine.sync(UNLIMITED)).institutions?.total).to.equal(60);
    expect(engine.writes()).to.equal(0);
  });

  it('THE answers 500 once, and everything is deleted', async () => {
    await bringInSync(engine);
    const right = rowsAnswer(ROWS);
    let failures = 1;
    engine.answer = (seen, response) => (failures-- > 0 ? status(500) : right)(seen, response);
    expect(await engine.sync(UNLIMITED)).to.include({ outcome: 'done', fault: undefined });
    await keepsAll(status(500), 'SourceUnavailable');
    expect(engine.writes()).to.equal(0);
  });

  it('a listing of organizations is cut short, and what exists is taken for missing', async () => {
    engine.auth0.seed(managed(ROWS));
    engine.auth0.fault({ ...LIST, skip: 1 }, 'html', Infinity);
    engine.answer = rowsAnswer(rows(70));
    expect((await engine.sync(UNLIMITED)).fault?.reason).to.equal('TargetUnavailable');
    expect(engine.writes()).to.equal(0);
  });

  it('the process is killed half-way, and leaves orphans for ever', async () => {
    const mine = rows(30).map(({ iid, name }) => ({ iid, name, country: '' }));
    let writes = 0;
    let kill = (): void => {};
    await using world = await openWorld({
      rows: mine,
      onRequest({ method, endpoint }) {
        if (method !== 'GET' && endpoint !== 'token' && (writes += 1) === 15) kill();
      },
    });
    // Ten of these are no more: removals come last.
    world.tenant.seed(managed(rows(20, 21)));
    const flags = ['sync', '--DELETION_LIMIT=100%'];
    const cli = await startCli(flags, { env: world.environment });
    kill = () => cli.child.kill('SIGKILL');
    expect((await cli.ended).code).to.equal(undefined);
    expect(world.names()).not.to.deep.equal(mine.map(({ iid }) => iid));
    expect((await runCli(flags, { env: world.environment })).code).to.equal(0);
    expect(world.names()).to.deep.equal(mine.map(({ iid }) => iid));
  });

  it('state is kept in a file: a lost one forgets removals, and edits by hand stay', async () => {
    await bringInSync(engine);
    const [first, second] = engine.auth0.organizations();
    engine.auth0.editOrganization(first?.id ?? '', { display_name: 'By hand' });
    engine.auth0.removeOrganization(second?.id ?? '');
    await engine.restart();
    engine.answer = rowsAnswer(ROWS.slice(0, 50));
    const { applied } = await engine.sync(UNLIMITED);
    expect(applied).to.include({ created: 1, updated: 1, deleted: 10 });
    expect(engine.names()).to.deep.equal([...IIDS.slice(0, 50), 'staff']);
  });

  it('one institution is refused, and nothing after it runs', async () => {
    await bringInSync(engine);
    const refused: readonly Row[] = [
      { iid: 'i-empty', name: '' },
      { iid: 'Illegal', name: 'Illegal' },
    ];
    const long = { iid: 'i-long', name: 'x'.repeat(256) };
    engine.answer = rowsAnswer([...refused, long, ...ROWS.slice(0, 58), ...rows(1, 999)]);
    engine.auth0.fault(CREATE, { kind: 'status', status: 400 });
    const first = await engine.sync(UNLIMITED);
    expect(first.applied).to.include({ created: 1, deleted: 2, failed: 1 });
    expect(first.institutions?.skipped).to.equal(2);
    const next = await engine.sync(UNLIMITED);
    expect(next.applied).to.include({ created: 1, deleted: 0, failed: 0 });
    expect(engine.names()).to.include.members(['i-long', 'i-00000999']);
  });

  it('an iid with a slash or dots becomes another path', async () => {
    await bringInSync(engine);
    const odd = ['../users', '..', 'a/b', 'i-1?take=1', 'i-1#x', '%2e%2e', 'i-1/members'];
    engine.answer = rowsAnswer([...ROWS, ...odd.map((iid) => ({ iid, name: iid }))]);
    const report = await engine.sync(UNLIMITED, { force: true });
    expect(report.institutions?.skipped).to.equal(odd.length);
    for (const { url } of engine.auth0.requests.all()) {
      expect(url).to.match(/^\/api\/v2\/organizations\?|^\/oauth\/token$/);
    }
  });

  it("metadata is written whole, and other people's keys are wiped", async () => {
    const spec = { ...UNLIMITED, organizations: { metadata: ['web'] } };
    const theirs = { crm: '7', constructor: 'theirs' };
    engine.auth0.seed(
      managed(ROWS).map((each) => ({ ...each, metadata: { ...each.metadata, ...theirs } })),
    );
    await engine.restart(1, ['web']);
    engine.answer = rowsAnswer(ROWS.map((row) => ({ ...row, web: 'a.example' })));
    expect((await engine.sync(spec)).applied).to.include({ updated: 60, failed: 0 });
    const [first] = engine.auth0.organizations();
    const expected = { ...theirs, institutionId: IIDS[0], web: 'a.example' };
    expect(Object.entries(first?.metadata ?? {})).to.have.deep.members(Object.entries(expected));
  });
});
