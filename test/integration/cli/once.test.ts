import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { OPERATOR_SCOPES } from '../../sandbox/auth0/scopes.ts';
import { logLines, runCli } from './run-cli.ts';
import { institutionId, institutions, managed, openWorld } from './world.ts';

const THREE = [1, 2, 3].map(institutionId);

describe('one sync by a command', function () {
  this.timeout(30_000);

  it('works by flags with an application, and logs JSON where there is no terminal', async () => {
    await using world = await openWorld();
    const args = [
      'sync',
      ...world.places,
      ...world.application,
      `--AUTH0_AUDIENCE=${world.tenant.audience}`,
      `--AUTH0_ACCESS_TOKEN_ENDPOINT=${world.tenant.tokenEndpoint}`,
    ];
    const { code, stdout, stderr } = await runCli(args);
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    expect(world.names()).to.deep.equal(THREE);
    const finished = logLines(stdout).find(({ message }) => message === 'sync finished');
    expect(finished).to.include({ level: 'info', created: 3, failed: 0, left: 0, inSync: 3 });
  });

  it('works by flags with a token', async () => {
    await using world = await openWorld();
    const token = world.tenant.mintToken();
    const { code } = await runCli(['sync', ...world.places, '--AUTH0_ACCESS_TOKEN', token]);
    expect(code).to.equal(0);
    expect(world.names()).to.deep.equal(THREE);
  });

  it('works by environment, with either', async () => {
    await using world = await openWorld();
    expect(await runCli(['sync'], { env: world.environment })).to.include({ code: 0 });
    expect(world.names()).to.deep.equal(THREE);
    world.the.setRows(institutions(4));
    const { AUTH0_DOMAIN = '', THE_INSTITUTIONS_ENDPOINT = '' } = world.environment;
    const AUTH0_ACCESS_TOKEN = world.tenant.mintToken();
    const env = { AUTH0_DOMAIN, THE_INSTITUTIONS_ENDPOINT, AUTH0_ACCESS_TOKEN };
    expect(await runCli(['sync'], { env })).to.include({ code: 0 });
    expect(world.names()).to.have.lengthOf(4);
  });

  it('works with a private key, from a file of settings', async () => {
    await using world = await openWorld();
    const { publicKey, privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    world.tenant.addClient({ clientId: 'by-key', publicKey, scopes: OPERATOR_SCOPES });
    const folder = mkdtempSync(join(tmpdir(), 'settings-'));
    try {
      const file = join(folder, '.env');
      writeFileSync(
        file,
        `AUTH0_CLIENT_ID=by-key\nAUTH0_CLIENT_PRIVATE_KEY="${privateKey}"\nMINIMUM=1\n`,
      );
      const { code } = await runCli(['sync', ...world.places, '--env-file', file]);
      expect(code).to.equal(0);
      expect(world.names()).to.deep.equal(THREE);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('sets connections and metadata as the flags say', async () => {
    await using world = await openWorld();
    world.tenant.addConnection({ name: 'campus', strategy: 'samlp' });
    const { code } = await runCli(
      [
        'sync',
        '--CONNECTION_NAME=Username-Password-Authentication,campus',
        '--ASSIGN_MEMBERSHIP_ON_LOGIN=campus',
        '--METADATA=country',
      ],
      { env: world.environment },
    );
    expect(code).to.equal(0);
    const [first] = world.tenant.organizations();
    expect(first?.metadata).to.deep.equal({
      institutionId: institutionId(1),
      country: 'United Kingdom',
    });
    expect(
      first?.enabled_connections.map((each) => each['assign_membership_on_login']).toSorted(),
    ).to.deep.equal([false, true]);
  });

  it('creates and updates with create, and removes nothing', async () => {
    await using world = await openWorld();
    const [kept] = managed(institutions(1));
    world.tenant.seed([{ ...kept!, display_name: 'Old name' }, ...managed(institutions(1, 9))]);
    const { code } = await runCli(['create', '--PRUNE', 'true'], { env: world.environment });
    expect(code).to.equal(0);
    expect(world.names()).to.deep.equal([...THREE, institutionId(9)]);
    expect(world.tenant.organizations()[0]?.display_name).to.equal('University 1');
  });

  it('writes nothing in mode Plan', async () => {
    await using world = await openWorld();
    const { code, stdout } = await runCli(['sync', '--MODE', 'Plan'], { env: world.environment });
    expect(code).to.equal(0);
    expect(world.names()).to.deep.equal([]);
    expect(stdout).to.include('"sync finished"');
  });

  it('holds what exceeds a limit (exit 3), and makes exactly that when it is approved', async () => {
    await using world = await openWorld({ rows: institutions(10) });
    world.tenant.seed(managed(institutions(13)));
    const held = await runCli(['sync'], { env: world.environment });
    expect(held.code).to.equal(3);
    expect(world.names()).to.have.lengthOf(13);
    const line = logLines(held.stdout).find(({ message }) => message === 'changes held');
    expect(line).to.include({ level: 'warn', deletions: 3, updates: 0 });
    const hash = String(line?.['planHash']);

    world.the.setRows(institutions(9));
    const others = await runCli(['sync', '--APPROVE', hash], { env: world.environment });
    expect(others.code, 'other changes').to.equal(3);
    expect(world.names()).to.have.lengthOf(13);

    world.the.setRows(institutions(10));
    const approved = await runCli(['sync'], { env: { ...world.environment, APPROVE: hash } });
    expect(approved.code).to.equal(0);
    expect(world.names()).to.have.lengthOf(10);
  });

  it('goes on when Auth0 refuses one change, and says so (exit 3)', async () => {
    await using world = await openWorld();
    world.tenant.fault(
      { method: 'POST', path: '/api/v2/organizations' },
      { kind: 'status', status: 400, body: { statusCode: 400, message: 'Not this one' } },
    );
    const { code, stdout } = await runCli(['sync'], { env: world.environment });
    expect(code).to.equal(3);
    expect(world.names()).to.have.lengthOf(2);
    const refused = logLines(stdout).find(({ message }) => message === 'change refused');
    expect(refused).to.include({ level: 'warn', operation: 'create', detail: 'Not this one' });
  });

  it('is fine with rows that are skipped, and warns of them', async () => {
    const rows = [...institutions(2), { name: 'Nameless', iid: '' }];
    await using world = await openWorld({ rows });
    const { code, stdout } = await runCli(['sync', '--quiet'], { env: world.environment });
    expect(code).to.equal(0);
    const lines = logLines(stdout);
    expect(lines.map(({ level }) => level)).to.deep.equal(['warn']);
    expect(lines[0]).to.include({ skipped: 1 });
  });

  it('names a missing scope before anything is written', async () => {
    await using world = await openWorld();
    const scopes = OPERATOR_SCOPES.filter((scope) => scope !== 'delete:organizations');
    const token = world.tenant.mintToken({ scopes });
    const args = [...world.places, '--AUTH0_ACCESS_TOKEN', token];
    const { code, stdout } = await runCli(['sync', ...args]);
    expect(code).to.equal(1);
    expect(stdout).to.include('delete:organizations');
    expect(world.names()).to.deep.equal([]);
    expect((await runCli(['create', ...args])).code, 'which create does not need').to.equal(0);
  });

  it('says how to go on when a token made by hand has expired', async () => {
    await using world = await openWorld();
    const token = world.tenant.mintToken({ expiresIn: -1 });
    const { code, stdout } = await runCli(['sync', ...world.places, '--AUTH0_ACCESS_TOKEN', token]);
    expect(code).to.equal(1);
    const failed = logLines(stdout).find(({ message }) => message === 'sync failed');
    expect(failed?.['reason']).to.equal('AuthenticationFailed');
    expect(failed?.['detail']).to.match(
      /--AUTH0_ACCESS_TOKEN: it has expired.*Start again with a new one, or with --AUTH0_CLIENT_ID/,
    );
  });

  it('fails with exit 1 when THE cannot be believed, and changes nothing', async () => {
    await using world = await openWorld({ rows: [] });
    world.tenant.seed(managed(institutions(3)));
    const { code, stdout } = await runCli(['sync'], { env: world.environment });
    expect(code).to.equal(1);
    expect(stdout).to.include('SourceInvalid').and.include('--MINIMUM');
    expect(world.names()).to.deep.equal(THREE);
  });
});
