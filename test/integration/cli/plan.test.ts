import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { runCli } from './run-cli.ts';
import { institutionId, institutions, managed, openWorld, type World } from './world.ts';

describe('validate', function () {
  this.timeout(30_000);

  it('ends with 0 when all is equal, and with 1 when something differs', async () => {
    await using world = await openWorld();
    world.tenant.seed(managed(institutions(3)));
    const equal = await runCli(['validate'], { env: world.environment });
    expect(equal.code).to.equal(0);
    expect(equal.stdout).to.match(/\nEqual: 0 to create, .* 3 in sync\.\n$/);

    world.the.setRows(institutions(4));
    const different = await runCli(['validate', '--quiet'], { env: world.environment });
    expect(different.code).to.equal(1);
    expect(different.stdout).to.match(/^Different: 1 to create, .*\.\n$/);
    expect(different.stderr).to.equal('');
    expect(world.names(), 'nothing was written').to.have.lengthOf(3);
  });

  it('is fine with skipped rows, and not with a conflict', async () => {
    const rows = [...institutions(1), { iid: 'NOT AN ID', name: 'x' }];
    await using world = await openWorld({ rows });
    world.tenant.seed(managed(institutions(1)));
    const skipped = await runCli(['validate'], { env: world.environment });
    expect(skipped.code).to.equal(0);
    expect(skipped.stdout).to.include('Skipped 1\n').and.include(' 1 skipped,');

    world.the.setRows([...institutions(1), { iid: 'taken', name: 'Taken' }]);
    world.tenant.seed([{ name: 'taken', display_name: 'By a person' }]);
    const conflict = await runCli(['validate', '--ADOPT=false'], { env: world.environment });
    expect(conflict.code).to.equal(1);
    expect(conflict.stdout).to.include('Conflicts 1\n');
  });

  it('writes the whole plan as JSON to standard output, and nothing else', async () => {
    await using world = await openWorld({ rows: institutions(60) });
    const [, second] = world.tenant.seed(managed(institutions(4)));
    world.tenant.seed(managed(institutions(2, 900)));
    world.tenant.editOrganization(second!, { display_name: 'Old' });
    const { code, stdout } = await runCli(['validate', '-o', 'json'], { env: world.environment });
    expect(code).to.equal(1);
    const plan: unknown = JSON.parse(stdout);
    expect(plan).to.deep.include({
      domain: world.tenant.domain,
      equal: false,
      counts: {
        creations: 56,
        updates: 1,
        removals: 0,
        held: 2,
        skipped: 0,
        conflicts: 0,
        inSync: 3,
      },
      updates: [
        {
          institutionId: institutionId(2),
          organizationId: second,
          adopts: false,
          changes: [{ field: 'display_name', old: 'Old', new: 'University 2' }],
        },
      ],
      removals: [],
      skipped: [],
      conflicts: [],
    });
    expect(plan).to.have.property('creations').with.lengthOf(56);
    expect(plan).to.have.nested.property('held.removals').with.lengthOf(2);
  });

  it('needs only the scopes for reading', async () => {
    await using world = await openWorld();
    const token = world.tenant.mintToken({ scopes: ['read:organizations'] });
    const args = ['validate', ...world.places, `--AUTH0_ACCESS_TOKEN=${token}`];
    const { code, stdout } = await runCli(args);
    expect(code).to.equal(1);
    expect(stdout).to.include('Different: 3 to create');
  });

  it('fails with 1 and no plan when THE cannot be read', async () => {
    await using world = await openWorld();
    world.the.fault('*', { kind: 'status', status: 403 });
    const { code, stdout, stderr } = await runCli(['validate', '-o', 'json'], {
      env: world.environment,
    });
    expect(code).to.equal(1);
    expect(stdout).to.equal('');
    expect(stderr).to.include('plan failed').and.include('SourceUnavailable');
  });
});

describe('plan', function () {
  this.timeout(30_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'plan-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  function manifest(world: World, more = ''): string {
    const file = join(folder, 'manifest.yaml');
    writeFileSync(
      file,
      `apiVersion: sync.timeshighereducation.com/v1alpha1
kind: InstitutionSync
metadata: { name: demo, namespace: demo }
spec:
  auth0:
    domain: ${world.tenant.domain}
    credentialsSecretRef: { name: auth0-credentials }
  institutions: { endpoint: '${world.the.endpoint}' }
  limits: { deletions: 0 }
${more}`,
    );
    return file;
  }

  it('plans for a manifest, with credentials of the environment, and ends with 0', async () => {
    await using world = await openWorld();
    world.tenant.seed(managed(institutions(1, 9)));
    const { AUTH0_CLIENT_ID = '', AUTH0_CLIENT_SECRET = '' } = world.environment;
    const env = { AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET };
    const { code, stdout } = await runCli(['plan', '-f', manifest(world)], { env });
    expect(code).to.equal(0);
    expect(stdout).to.match(/Different: 3 to create, 0 to update, 0 to remove, 1 held, /);
    expect(world.names()).to.have.lengthOf(1);
  });

  it('plans for a manifest that comes with its Secret, on standard input, as YAML', async () => {
    await using world = await openWorld();
    const { AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET } = world.environment;
    const secret = `---
apiVersion: v1
kind: Secret
metadata: { name: auth0-credentials }
stringData: { AUTH0_CLIENT_ID: ${AUTH0_CLIENT_ID}, AUTH0_CLIENT_SECRET: ${AUTH0_CLIENT_SECRET} }
`;
    const file = manifest(world, secret);
    const input = await import('node:fs').then(({ readFileSync }) => readFileSync(file, 'utf8'));
    const { code, stdout } = await runCli(['plan', '-f', '-', '-o', 'yaml'], { input });
    expect(code).to.equal(0);
    expect(parse(stdout)).to.have.nested.property('counts.creations', 3);
  });

  it('plans for settings too', async () => {
    await using world = await openWorld();
    const { code, stdout } = await runCli(['plan'], { env: world.environment });
    expect(code).to.equal(0);
    expect(stdout).to.include('Create 3\n');
  });

  it('refuses a setting that the manifest has to make', async () => {
    await using world = await openWorld();
    const args = ['plan', '-f', manifest(world), '--PRUNE=false'];
    const { code, stderr } = await runCli(args, { env: world.environment });
    expect(code).to.equal(2);
    expect(stderr).to.equal(
      'institution-sync plan: --PRUNE has no effect here. Set it in the manifest, or leave it out.\n',
    );
  });
});

describe('remove', function () {
  this.timeout(30_000);

  it('removes every managed organization with --yes, and no other', async () => {
    await using world = await openWorld();
    world.tenant.seed([...managed(institutions(5)), { name: 'by-hand', display_name: 'Mine' }]);
    const { code, stdout } = await runCli(['remove', '--yes'], { env: world.environment });
    expect(code).to.equal(0);
    expect(world.names()).to.deep.equal(['by-hand']);
    expect(stdout).to.include('"message":"removal finished"').and.include('"deleted":5');
    expect(stdout, 'the last state is kept in the log').to.include('"display_name":"University 5"');
  });

  it('does not go on without a terminal to ask and without --yes', async () => {
    await using world = await openWorld();
    world.tenant.seed(managed(institutions(1)));
    const { code, stderr } = await runCli(['remove'], { env: world.environment, input: 'yes\n' });
    expect(code).to.equal(2);
    expect(stderr).to.match(/^institution-sync remove: --yes is missing: [^\n]*\n$/);
    expect(world.names()).to.have.lengthOf(1);
    expect(world.tenant.requests.all()).to.deep.equal([]);
  });

  it('ends with 3 when Auth0 refuses to remove one', async () => {
    await using world = await openWorld();
    world.tenant.seed(managed(institutions(3)));
    world.tenant.fault({ method: 'DELETE' }, { kind: 'status', status: 400 });
    const { code } = await runCli(['remove', '--yes'], { env: world.environment });
    expect(code).to.equal(3);
    expect(world.names()).to.have.lengthOf(1);
  });
});
