import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { FaultKind, FaultName } from '../../sandbox/fault-kinds.ts';
import { runCli, startCli } from './run-cli.ts';
import { HAS_TERMINAL, onTerminal } from './terminal.ts';
import { institutions, managed, openWorld, type World } from './world.ts';

const SECRET = 'a-secret_that-nobody.may~see';

/** Answers that repeat what they were sent, as some proxies do. */
const ECHO = {
  message: `You sent ${SECRET} and Bearer ${SECRET}`,
  error: 'bad',
  error_description: `client_secret=${encodeURIComponent(SECRET)} eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln`,
};

const FAULTS: readonly (FaultName | FaultKind)[] = [
  ...[400, 401, 403, 500].map((status) => ({ kind: 'status' as const, status, body: ECHO })),
  { kind: 'redirect', location: `https://user:${SECRET}@localhost/?token=${SECRET}` },
  { kind: 'wrong-shape', body: ECHO },
  { kind: 'too-many-requests', headers: true },
  'reset',
  'html',
  'cut-body',
  'garbage-json',
  'empty',
];

/** Where it goes wrong; what fails early keeps the rest from being tried. */
const PLACES: readonly (readonly string[])[] = [['token'], ['list'], ['writes', 'byId']];

async function secretWorld(): Promise<World> {
  const world = await openWorld({ rows: institutions(3) });
  world.tenant.rotateSecret(world.tenant.clientId, SECRET);
  world.tenant.seed(managed(institutions(1, 9)));
  return world;
}

function expectNoSecret(text: string): void {
  expect(text).not.to.include(SECRET);
  expect(text).not.to.include(encodeURIComponent(SECRET));
  expect(text).not.to.match(/eyJ[\w-]{8,}\./);
}

describe('secrets of a command', function () {
  this.timeout(120_000);

  it('are in no output, whatever goes wrong, --verbose too', async () => {
    async function attempt(fault: FaultName | FaultKind, places: readonly string[]) {
      await using world = await secretWorld();
      for (const endpoint of places) world.tenant.fault({ endpoint }, fault);
      world.the.fault('*', fault);
      const args = ['sync', '--verbose', '--DELETION_LIMIT=100%'];
      const env = { ...world.environment, AUTH0_CLIENT_SECRET: SECRET };
      const { stdout, stderr, code } = await runCli(args, { env });
      expect(code, JSON.stringify(fault)).to.be.oneOf([0, 1, 3]);
      expect(stdout, JSON.stringify(fault) + stderr).to.include('request to Auth0');
      expectNoSecret(stdout + stderr);
    }
    // Most of the time is spent on waits between attempts.
    const waiting = FAULTS.flatMap((fault) => PLACES.map((places) => ({ fault, places })));
    const workers = Array.from({ length: 6 }, async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        await attempt(next.fault, next.places);
      }
    });
    await Promise.all(workers);
  });

  it('are in no output when they are a token made by hand, or wrong', async () => {
    await using world = await secretWorld();
    for (const credentials of [
      [`--AUTH0_ACCESS_TOKEN=${SECRET}`],
      [`--AUTH0_CLIENT_ID=${world.tenant.clientId}`, `--AUTH0_CLIENT_SECRET=${SECRET}x`],
    ]) {
      const args = ['sync', '--verbose', ...world.places, ...credentials];
      const { code, stdout, stderr } = await runCli(args);
      expect(code).to.equal(1);
      expect(stdout).to.include('sync failed');
      expectNoSecret(stdout + stderr);
    }
  });

  it('are not on the screen of a terminal', async function () {
    if (!HAS_TERMINAL) this.skip();
    await using world = await secretWorld();
    world.tenant.fault({ endpoint: 'writes' }, { kind: 'status', status: 400, body: ECHO });
    const env = { ...world.environment, AUTH0_CLIENT_SECRET: SECRET };
    const screen = await onTerminal(['sync', '--verbose'], { env });
    expect(screen.text).to.include('You sent');
    expectNoSecret(screen.text);
  });

  it('are not in the title of the process', async function () {
    if (process.platform !== 'linux') this.skip();
    await using world = await secretWorld();
    world.the.fault('*', 'hang');
    const credentials = [`--AUTH0_CLIENT_ID=${world.tenant.clientId}`];
    const secret = `--AUTH0_CLIENT_SECRET=${SECRET}`;
    const cli = await startCli(['sync', ...world.places, ...credentials, secret]);
    await cli.until(/ReadingInstitutions/);
    const title = readFileSync(`/proc/${cli.pid}/cmdline`, 'utf8');
    expect(title.replaceAll('\0', ' ').trim()).to.match(/^institution-sync/);
    expectNoSecret(title);
    cli.child.kill('SIGTERM');
    await cli.ended;
  });

  it('are not in the report of a crash', async () => {
    await using world = await secretWorld();
    world.the.fault('*', 'hang');
    const folder = mkdtempSync(join(tmpdir(), 'report-'));
    try {
      const env = {
        ...world.environment,
        AUTH0_CLIENT_SECRET: SECRET,
        NODE_OPTIONS: `--report-on-signal --report-directory=${folder}`,
      };
      const cli = await startCli(['sync'], { env });
      await cli.until(/ReadingInstitutions/);
      cli.child.kill('SIGUSR2');
      await cli.until(/Node\.js report completed/);
      cli.child.kill('SIGTERM');
      await cli.ended;
      const [report = ''] = readdirSync(folder);
      const text = readFileSync(join(folder, report), 'utf8');
      expect(text).to.include('AUTH0_DOMAIN');
      expectNoSecret(text);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
