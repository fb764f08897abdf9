import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { controlPlaneBinaries } from '../control-plane/assets.ts';

const run = promisify(execFile);
const script = path.resolve(import.meta.dirname, '../../scripts/demo.ts');

interface Showing {
  readonly child: ChildProcess;
  /** Its standard output so far. */
  shown(): string;
  said(): string;
  /** Resolves when it has shown that. */
  until(text: string): Promise<void>;
  readonly exit: Promise<number | null>;
}

/** The processes that have been given this folder for their temporary files, or work in it. */
async function processesOf(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(pid) || pid === String(process.pid)) continue;
    const texts = [`/proc/${pid}/environ`, `/proc/${pid}/cmdline`].map((file) =>
      readFile(file, 'utf8').catch(() => ''),
    );
    const known = (await Promise.all(texts)).join('\0');
    if (known.includes(folder)) found.push(`${pid} ${known.slice(0, 200)}`);
  }
  return found;
}

describe('npm run demo', function () {
  this.timeout(240_000);
  let folder: string;

  before(async () => {
    await controlPlaneBinaries();
  });
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'demo-test-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Showing {
    const child = spawn(process.execPath, [script, ...args], {
      cwd: tmpdir(),
      env: { ...process.env, TMPDIR: folder, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let shown = '';
    let said = '';
    let onShown = () => {};
    child.stdout.on('data', (data: Buffer) => {
      shown += data.toString();
      onShown();
    });
    child.stderr.on('data', (data: Buffer) => (said += data.toString()));
    const exit = once(child, 'close').then(() => child.exitCode);
    return {
      child,
      exit,
      shown: () => shown,
      said: () => said,
      until(text) {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        onShown = () => shown.includes(text) && resolve();
        onShown();
        void exit.then(() => reject(new Error(`It ended before it showed ${text}: ${said}`)));
        return promise;
      },
    };
  }

  async function expectNothingLeft(): Promise<void> {
    expect(await readdir(folder)).to.deep.equal([]);
    expect(await processesOf(folder)).to.deep.equal([]);
  }

  it('shows the product from the installation on, and leaves nothing behind', async () => {
    const showing = start(['--institutions', '20']);
    await showing.until('━━ 4.');
    expect(await processesOf(folder), 'the search finds what runs').not.to.have.length(0);
    expect(await showing.exit, showing.said()).to.equal(0);
    expect(showing.said()).to.equal('');
    const shown = showing.shown();
    const inOrder = [
      'Server Version: v1.',
      '150 writes a minute, 5 at once',
      '$ helm install institution-sync charts/institution-sync',
      'STATUS: deployed',
      "--allowed-auth0-domains='127.0.0.1:*'",
      'secret/auth0-credentials created',
      "$ kubectl apply -f - <<'EOF'",
      'kind: InstitutionSync',
      'institutionsync.sync.timeshighereducation.com/world created',
      '$ kubectl get isync world --watch',
      '$ kubectl get isync\n',
      'Created 20, updated 0 and removed 0',
      'Auth0 holds 21 organizations.',
      'alumni-club',
      'requestedAt="$(date -u +%FT%TZ)"',
      'Auth0 got 9 writes, one for each change.',
      'fewer institutions than',
      'Nothing was removed. Auth0 got no request, and holds 25 organizations as before.',
      '"planHash":"sha256:',
      'a limit holds it now',
      'kubectl isync approve world',
      'Nothing was lost',
      'ChangesHeld',
      '━━ Summary',
      'no process and no file is left.',
    ];
    let from = 0;
    for (const text of inOrder) {
      const at = shown.indexOf(text, from);
      expect(at, `"${text}" after ${shown.slice(Math.max(0, from - 300), from)}`).to.be.at.least(0);
      from = at;
    }
    // A pipe gets no colours, and lines that fit a page.
    expect(shown).not.to.contain('\u001B');
    for (const line of shown.split('\n')) expect(line.length, line).to.be.at.most(100);
    const rows = new Map(
      shown
        .split('\n')
        .map((line) => line.trim().split(/ {2,}/))
        .map(([title = '', ...cells]) => [title, cells.slice(2, 6)]),
    );
    expect(rows.get('SYNC')).to.deep.equal(['CREATED', 'UPDATED', 'REMOVED', '429']);
    expect(rows.get('first sync')).to.deep.equal(['20', '0', '0', '0']);
    expect(rows.get('few changes')).to.deep.equal(['5', '3', '1', '0']);
    for (const title of ['empty listing', '40 % missing', 'complete again']) {
      expect(rows.get(title), title).to.deep.equal(['0', '0', '0', '0']);
    }
    await expectNothingLeft();
  });

  it('stays with --keep, usable by hand, until Ctrl-C', async () => {
    const showing = start(['--keep', '--institutions', '10']);
    await showing.until('/auth0/organizations ');
    const environment: NodeJS.ProcessEnv = {};
    for (const [, line = ''] of showing.shown().matchAll(/^ {2}export (.*)$/gm)) {
      for (const [, name = '', value] of line.matchAll(/(\w+)=(\S+)/g)) environment[name] = value;
    }
    environment['PATH'] = environment['PATH']?.replace('$PATH', process.env['PATH'] ?? '');
    const { stdout } = await run('kubectl', ['isync', 'get'], { env: environment });
    expect(stdout).to.match(/^world +True +Synced +14 +14 +0 /m);
    showing.child.kill('SIGINT');
    expect(await showing.exit).to.equal(0);
    await expectNothingLeft();
  });

  for (const [scene, at] of [
    ['while the control plane starts', 'Starting etcd'],
    ['while it installs', '$ helm install'],
    ['in the middle of the first sync', '$ kubectl get isync world --watch'],
  ] as const) {
    it(`leaves nothing behind after Ctrl-C ${scene}`, async () => {
      const showing = start(['--institutions', '300']);
      await showing.until(at);
      showing.child.kill('SIGINT');
      expect(await showing.exit).to.equal(130);
      expect(showing.said().trim()).to.equal('Stopping …');
      await expectNothingLeft();
    });
  }

  it('leaves nothing behind when its reader goes away', async () => {
    const showing = start(['--institutions', '300']);
    await showing.until('Starting etcd');
    showing.child.stdout?.destroy();
    expect(await showing.exit).to.equal(141);
    expect(showing.said()).to.equal('');
    await expectNothingLeft();
  });

  it('says what happened when the controller dies, and leaves nothing behind', async () => {
    const showing = start(['--institutions', '300']);
    // It works, and so it has logged something.
    await showing.until('Unknown');
    const [, pid] = /runs as process (\d+)/.exec(showing.shown()) ?? [];
    process.kill(Number(pid), 'SIGKILL');
    expect(await showing.exit).to.equal(1);
    expect(showing.said()).to.match(
      /^\ndemo: The controller ended by SIGKILL\.\nThe controller's log ends with:\n\{"time"/,
    );
    await expectNothingLeft();
  });

  it('says in one line what is wrong with the command line, and what is missing', async () => {
    const misused = start(['--institutions', 'many']);
    expect(await misused.exit).to.equal(2);
    expect(misused.said().trim()).to.equal(
      'demo: --institutions many: give a whole number from 10 to 100000',
    );
    const lacking = start([], { KUBEBUILDER_ASSETS: folder });
    expect(await lacking.exit).to.equal(1);
    expect(lacking.said().trim()).to.match(
      /^demo: KUBEBUILDER_ASSETS is .*, which lacks etcd, kube-apiserver, kubectl: .*$/,
    );
    await expectNothingLeft();
  });
});
