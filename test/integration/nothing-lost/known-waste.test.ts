import { expect } from 'chai';
import { plan } from '../../../src/sync/plan.ts';
import { byId, ids, listing, organizations } from '../../unit/sync/rows.ts';
import { always, ROWS } from './answers.ts';
import { managed, PAGE_SIZE, rows, rowsAnswer, startEngine, UNLIMITED } from './engine.ts';
import type { Engine } from './engine.ts';
import { bringInSync } from './in-sync.ts';

const CREATE = { method: 'POST', path: '/api/v2/organizations' };

/** What tools for this job have wasted or done in vain, one test for each way. */
describe('in vain elsewhere:', function () {
  this.timeout(30_000);
  let engine: Engine;

  beforeEach(async () => {
    engine = await startEngine();
  });
  afterEach(() => engine[Symbol.asyncDispose]());

  it('an update sends the whole organization, which Auth0 refuses for ever', async () => {
    await using newer = await startEngine({ newerTenant: true });
    newer.auth0.seed(managed(ROWS));
    newer.answer = rowsAnswer(ROWS.map((row) => ({ ...row, name: `New ${String(row['name'])}` })));
    const { applied } = await newer.sync(UNLIMITED);
    expect(applied).to.include({ updated: 60, failed: 0 });
    const sets = newer.observer.audits.map(({ after }) => Object.keys(after ?? {}).join());
    expect(new Set(sets)).to.deep.equal(new Set(['display_name']));
  });

  it('an organization is gone already, and its removal counts as a failure', async () => {
    const other = await startEngine({
      onRequest({ method, url }) {
        if (method === 'DELETE') other.auth0.removeOrganization(url.split('/').at(-1) ?? '');
      },
    });
    other.auth0.seed(managed(ROWS));
    other.answer = rowsAnswer(ROWS.slice(1));
    const { applied } = await other.sync(UNLIMITED);
    expect(applied).to.include({ deleted: 1, failed: 0 });
    expect(other.names()).to.deep.equal(ROWS.slice(1).map(({ iid }) => iid));
    await other[Symbol.asyncDispose]();
  });

  it('connections are never enabled', async () => {
    const connections = [{ name: 'Username-Password-Authentication' }];
    const auth0 = {
      domain: engine.auth0.domain,
      credentialsSecretRef: { name: 'credentials' },
      connections,
    };
    const unconnected = (): number =>
      engine.auth0.organizations().filter((each) => each.enabled_connections.length === 0).length;
    engine.auth0.seed(managed(ROWS.slice(0, 5)));
    engine.answer = rowsAnswer(ROWS);
    const report = await engine.sync({ ...UNLIMITED, auth0 }, { newSettings: true });
    expect(report.applied).to.include({ created: 55, failed: 0 });
    expect(unconnected()).to.equal(0);
    // At creation in the same request: only the five that were there cost requests of their own.
    expect(engine.auth0.requests.count({ endpoint: 'connectionWrites' })).to.be.at.most(5);
  });

  it('every institution costs a reading and a pause', async () => {
    engine.answer = rowsAnswer(rows(200));
    const report = await engine.sync(UNLIMITED);
    expect(report.applied.created).to.equal(200);
    // A token, a listing, and the creations.
    expect(report.requests).to.equal(202);
  });

  it('429 is answered by waits that grow blindly', async () => {
    engine.answer = rowsAnswer(rows(5));
    const tooMany = { kind: 'too-many-requests', headers: true, waitSeconds: 30 } as const;
    engine.auth0.fault(CREATE, tooMany, 1);
    const { applied } = await engine.sync(UNLIMITED);
    expect(applied).to.include({ created: 5, failed: 0 });
    // One second more is Auth0's own rounding; the pacer may wait for the next token on top.
    expect(Math.max(...engine.waits())).to.be.within(29_000, 33_000);
  });

  it('an expired token is tried again and again', async () => {
    let creations = 0;
    const engine = await startEngine({
      onRequest({ method, endpoint }) {
        if (method === 'POST' && endpoint !== 'token' && (creations += 1) === 10) {
          engine.auth0.expireTokens();
        }
      },
    });
    engine.answer = rowsAnswer(ROWS);
    const { applied } = await engine.sync(UNLIMITED);
    expect(applied).to.include({ created: 60, failed: 0 });
    expect(engine.auth0.requests.count({ path: '/oauth/token' })).to.equal(2);
    await engine[Symbol.asyncDispose]();
  });

  it('the comparison takes minutes at 100,000', () => {
    const names = ids(100_000);
    const before = process.cpuUsage();
    const settings = { adopt: true, fields: [] };
    const { organizations: counts } = plan(listing(names), byId(organizations(names)), settings);
    const { user, system } = process.cpuUsage(before);
    expect(counts.inSync).to.equal(100_000);
    // It takes about a fifth of a second; the failure took 199.
    expect((user + system) / 1e6).to.be.below(5);
  });

  it('a field that nobody stores causes requests', async () => {
    await bringInSync(engine);
    engine.answer = rowsAnswer(ROWS.map((row) => ({ ...row, phone: '+44', web: 'new.example' })));
    expect(await engine.sync(UNLIMITED)).to.include({ outcome: 'done', requests: 0 });
  });

  it('another order of rows causes requests', async () => {
    await bringInSync(engine);
    engine.answer = rowsAnswer(ROWS.toReversed());
    expect(await engine.sync(UNLIMITED)).to.include({ outcome: 'done', requests: 0 });
  });

  it('a tenant that another tool has filled is written anew', async () => {
    await bringInSync(engine, { ...UNLIMITED, organizations: { adopt: false } });
    expect(engine.writes()).to.equal(0);
    expect(engine.names()).to.include('staff');
    expect(engine.observer.audits).to.deep.equal([]);
  });

  it('THE is asked for the same page for ever', async () => {
    await bringInSync(engine);
    const first = { rowCount: 60, rows: ROWS.slice(0, PAGE_SIZE) };
    const before = engine.asked.length;
    engine.answer = always(first);
    expect((await engine.sync(UNLIMITED)).fault?.reason).to.equal('SourceInvalid');
    expect(engine.asked.length - before).to.be.below(10);
  });
});
