import { expect } from 'chai';
import { HAS_TERMINAL, onTerminal, startOnTerminal } from './terminal.ts';
import { institutions, managed, openWorld } from './world.ts';

describe('on a terminal', function () {
  this.timeout(30_000);
  before(function () {
    if (!HAS_TERMINAL) this.skip();
  });

  it('shows a bar with rate and remaining time, then a summary, and no logs', async () => {
    await using world = await openWorld({ rows: institutions(200) });
    const env = { ...world.environment, REQUEST_BUDGET: '50' };
    const screen = await onTerminal(['sync'], { env });
    expect(screen.code).to.equal(0);
    expect(screen.text.trim()).to.match(
      /^Done in \d+s: 200 created, 0 updated, 0 removed\. 200 organizations in sync\.$/,
    );
    expect(screen.raw).to.match(/\r.*Applying changes {2}\[#*-*\] {2}\d+ \/ 200 {2}\d+ % {2}/);
    expect(screen.raw).to.match(/ \d+\.\d\/s {2}\d+(ms|s) left/);
    expect(screen.raw).to.include('\u{1b}[32mDone');
    expect(screen.raw).not.to.include('{"');
  });

  it('shows no colours with NO_COLOR, and no bar with --quiet', async () => {
    await using world = await openWorld();
    const env = { ...world.environment, NO_COLOR: '1' };
    const plain = await onTerminal(['sync'], { env });
    expect(plain.raw)
      .to.include('Done in ')
      .and.not.match(/\[\d+m/);
    const quiet = await onTerminal(['sync', '--quiet'], { env });
    expect(quiet.code).to.equal(0);
    expect(quiet.raw).to.equal('');
  });

  it('tells each change with --verbose', async () => {
    await using world = await openWorld();
    const screen = await onTerminal(['sync', '--verbose'], { env: world.environment });
    expect(screen.text).to.include('create i-00000001 (org_');
    expect(screen.text).to.include('debug: request to Auth0  endpoint=organizationWrites');
  });

  it('says when the next round begins, and stops by Ctrl-C', async () => {
    await using world = await openWorld();
    const cli = await startOnTerminal(['sync', '--NAP', '30m'], { env: world.environment });
    await cli.until(/Next sync at \d\d:\d\d:\d\d, in 30m\. Ctrl-C ends\./);
    cli.child.stdin?.write('\u{3}');
    const { code } = await cli.ended;
    cli.child.stdin?.destroy();
    expect(code).to.equal(0);
  });

  it('shortens a large plan', async () => {
    await using world = await openWorld({ rows: institutions(100) });
    const screen = await onTerminal(['validate'], { env: world.environment });
    expect(screen.code).to.equal(1);
    expect(screen.text).to.include('  … and 80 more; -o json shows all');
    expect(screen.text.trimEnd().split('\n').at(-1)).to.match(/^Different: 100 to create, /);
  });

  it('removes only after the domain is typed', async () => {
    await using world = await openWorld();
    world.tenant.seed(managed(institutions(3)));
    const after = /Type the domain to go on: /;
    const { environment: env, tenant } = world;
    const no = await onTerminal(['remove'], { env, type: { after, text: 'yes\n' } });
    expect(no.code).to.equal(1);
    expect(no.text).to.include(
      `This removes 3 managed organizations of ${tenant.domain}, with all memberships.`,
    );
    expect(no.text).to.include('Nothing was removed.');
    expect(world.names()).to.have.lengthOf(3);

    const stopped = await onTerminal(['remove'], { env, type: { after, text: '\u{3}' } });
    expect(stopped.code).to.equal(130);
    expect(world.names()).to.have.lengthOf(3);

    const yes = await onTerminal(['remove'], {
      env,
      type: { after, text: `${tenant.domain}\n` },
    });
    expect(yes.code).to.equal(0);
    expect(yes.text).to.match(/Done in \S+: 0 created, 0 updated, 3 removed\./);
    expect(world.names()).to.deep.equal([]);
  });

  it('tells in words what went wrong', async () => {
    await using world = await openWorld();
    world.the.fault('*', { kind: 'status', status: 403 });
    const screen = await onTerminal(['sync'], { env: world.environment });
    expect(screen.code).to.equal(1);
    expect(screen.text).to.match(
      /Failed after \S+ \(SourceUnavailable\)\.\n {2}https:.* answered 403/,
    );
    expect(screen.text).to.include('Nothing was changed');
  });
});
