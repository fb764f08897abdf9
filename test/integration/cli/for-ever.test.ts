import { expect } from 'chai';
import { logLines, runCli, startCli } from './run-cli.ts';
import { institutions, managed, openWorld } from './world.ts';

/** Rounds that have ended, well or not. */
const ROUNDS = /(sync (finished|failed)[^]*){2}/;

describe('sync for ever', function () {
  this.timeout(30_000);

  for (const [signal, by] of [
    ['SIGTERM', 'environment'],
    ['SIGINT', 'flag'],
  ] as const) {
    it(`naps between rounds, takes up what is new, and ends with 0 in a nap by ${signal}`, async () => {
      await using world = await openWorld();
      const env = { ...world.environment, ...(by === 'environment' ? { NAP: '1000' } : {}) };
      const cli = await startCli(by === 'flag' ? ['sync', '--NAP', '1000'] : ['sync'], { env });
      await cli.until(/sync finished[^]*napping/);
      world.the.setRows(institutions(4));
      await cli.until(/(napping[^]*){2}/);
      cli.child.kill(signal);
      const { code, stdout, stderr } = await cli.ended;
      expect(stderr).to.equal('');
      expect(code).to.equal(0);
      expect(world.names()).to.have.lengthOf(4);
      const rounds = logLines(stdout).filter(({ message }) => message === 'sync finished');
      expect(rounds.map(({ created }) => created)).to.deep.equal([3, 1]);
      expect(rounds[1], 'the organizations are remembered').to.include({ fullReading: false });
      expect(world.tenant.requests.count({ endpoint: 'token' })).to.equal(1);
    });
  }

  it('reports a round that fails, and runs the next one after the nap', async () => {
    await using world = await openWorld();
    world.the.fault('*', { kind: 'status', status: 404 });
    const cli = await startCli(['sync', '--NAP', '1s'], { env: world.environment });
    await cli.until(ROUNDS);
    cli.child.kill('SIGTERM');
    const { code, stdout } = await cli.ended;
    expect(code).to.equal(0);
    const messages = logLines(stdout).map(({ message }) => message);
    expect(messages.indexOf('sync failed')).to.be.within(0, messages.indexOf('sync finished'));
    expect(world.names()).to.have.lengthOf(3);
  });

  it('goes on trying with a token made by hand that is refused, and says how to go on', async () => {
    await using world = await openWorld();
    const token = world.tenant.mintToken();
    world.tenant.revokeTokens();
    const args = ['sync', '--NAP=1000', ...world.places, `--AUTH0_ACCESS_TOKEN=${token}`];
    const cli = await startCli(args);
    await cli.until(ROUNDS);
    cli.child.kill('SIGTERM');
    const { code, stdout } = await cli.ended;
    expect(code).to.equal(0);
    const details = logLines(stdout).flatMap(({ detail }) => detail ?? []);
    expect(details).to.have.lengthOf.at.least(2);
    expect(new Set(details).size, 'the same each time').to.equal(1);
    expect(details[0]).to.include('Start again with a new one');
  });

  it('renews its token without interruption when it is revoked in the middle of a sync', async () => {
    let writes = 0;
    await using world = await openWorld({
      rows: institutions(30),
      onRequest({ endpoint }) {
        if (endpoint !== 'writes') return;
        writes += 1;
        if (writes === 10 || writes === 20) world.tenant.revokeTokens();
      },
    });
    const { code, stdout } = await runCli(['sync'], { env: world.environment });
    expect(code).to.equal(0);
    expect(world.names()).to.have.lengthOf(30);
    expect(logLines(stdout).at(-1)).to.include({ created: 30, failed: 0 });
    expect(world.tenant.requests.count({ endpoint: 'token' })).to.equal(3);
  });

  it('renews its token before it expires, while a sync runs', async () => {
    await using world = await openWorld({ rows: institutions(40), tokenLifetimeSeconds: 2 });
    const { code } = await runCli(['sync'], {
      env: { ...world.environment, REQUEST_BUDGET: '20' },
    });
    expect(code).to.equal(0);
    expect(world.names()).to.have.lengthOf(40);
    expect(world.tenant.requests.count({ endpoint: 'token' })).to.be.at.least(2);
  });
});

describe('a signal in the middle of a sync', function () {
  this.timeout(60_000);

  for (const [signal, exitCode] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const) {
    it(`${signal} finishes what is in flight, says what is left, and ends with ${exitCode}`, async () => {
      await using world = await openWorld({ rows: institutions(40), latencyMs: 100 });
      const cli = await startCli(['sync', '--NAP=60000'], { env: world.environment });
      await cli.until(/(organization changed[^]*){3}/);
      const at = performance.now();
      cli.child.kill(signal);
      const { code, stdout } = await cli.ended;
      expect(performance.now() - at).to.be.below(5_000);
      expect(code).to.equal(exitCode);
      const last = logLines(stdout).find(({ message }) => message === 'sync interrupted');
      const made = world.names().length;
      expect(made).to.be.within(3, 39);
      expect(last).to.include({ created: made, left: 40 - made });

      const next = await runCli(['sync'], { env: world.environment });
      expect(next.code).to.equal(0);
      expect(world.names()).to.have.lengthOf(40);
    });
  }

  it('says that nothing was changed when it comes before the plan', async () => {
    await using world = await openWorld();
    world.the.fault('*', 'hang');
    const cli = await startCli(['sync'], { env: world.environment });
    await cli.until(/ReadingInstitutions/);
    cli.child.kill('SIGTERM');
    const { code, stdout } = await cli.ended;
    expect(code).to.equal(143);
    expect(stdout).to.include('sync interrupted');
    expect(world.names()).to.deep.equal([]);
  });

  it('ends at once with a second SIGINT, but not by one wish that arrives twice', async () => {
    await using world = await openWorld({ rows: institutions(40) });
    const cli = await startCli(['sync'], { env: world.environment });
    world.tenant.fault({ method: 'POST', path: '/api/v2/organizations', skip: 3 }, 'hang', 40);
    await cli.until(/(organization changed[^]*){3}/);
    cli.child.kill('SIGINT');
    cli.child.kill('SIGINT');
    await cli.until(/stopping when/);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(cli.child.exitCode).to.equal(null);
    cli.child.kill('SIGINT');
    const { code, stdout } = await cli.ended;
    expect(code).to.equal(130);
    expect(stdout).to.include('ended at once');
  });

  it('stops a removal in the same way', async () => {
    await using world = await openWorld({ latencyMs: 100 });
    world.tenant.seed(managed(institutions(40)));
    const cli = await startCli(['remove', '--yes'], { env: world.environment });
    await cli.until(/(organization changed[^]*){3}/);
    cli.child.kill('SIGTERM');
    const { code, stdout } = await cli.ended;
    expect(code).to.equal(143);
    const last = logLines(stdout).find(({ message }) => message === 'removal interrupted');
    expect(last).to.include({ left: world.names().length });
  });
});
