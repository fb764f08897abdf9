import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect } from 'chai';
import { PROGRAM, ROOT } from './program.ts';
import { runCli, startCli } from './run-cli.ts';
import { institutionId, openWorld } from './world.ts';

/** A Node of the machine that is too old for the program, as many distributions have. */
function olderNode(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders
    .map((folder) => join(folder, 'node'))
    .find((file) => {
      if (!existsSync(file)) return false;
      const { stdout } = spawnSync(file, ['--version'], { encoding: 'utf8' });
      return Number(/^v(\d+)\./.exec(stdout)?.[1]) < 24;
    });
}

describe('the ways to start a command', function () {
  this.timeout(30_000);
  let folder = '';
  before(function () {
    // What people start is the bundle; without a current one there is nothing to try.
    if (!PROGRAM.endsWith('dist/institution-sync.js')) this.skip();
    folder = mkdtempSync(join(tmpdir(), 'launch-'));
  });
  after(() => {
    if (folder !== '') rmSync(folder, { recursive: true });
  });

  it('scripts/sync.mjs syncs', async () => {
    await using world = await openWorld();
    const program = [join(ROOT, 'scripts/sync.mjs')] as const;
    const { code } = await runCli([...world.places, ...world.application], { program });
    expect(code).to.equal(0);
    expect(world.names()).to.deep.equal([1, 2, 3].map(institutionId));
  });

  it('scripts/sync.mjs leaves --env-file to the program', async () => {
    const program = [join(ROOT, 'scripts/sync.mjs')] as const;
    const { code, stderr } = await runCli(['--env-file', '/nowhere'], { program });
    expect(stderr).to.match(/^institution-sync sync: --env-file: "\/nowhere" cannot be read/);
    expect(code).to.equal(2);
  });

  it('npm run sync syncs', async () => {
    await using world = await openWorld();
    const program = ['npm', 'run', '--silent', 'sync', '--'] as const;
    const { code } = await runCli([...world.places, ...world.application], { program });
    expect(code).to.equal(0);
    expect(world.names()).to.have.lengthOf(3);
  });

  it('npm run sync leaves no process behind when npm is told to end', async () => {
    await using world = await openWorld();
    const program = ['npm', 'run', '--silent', 'sync', '--'] as const;
    const cli = await startCli(['--NAP=1000'], { program, env: world.environment });
    await cli.until(/napping/);
    cli.child.kill('SIGTERM');
    // The output ends with the last process that could write to it.
    const { stdout } = await cli.ended;
    expect(stdout).to.include('"signal":"SIGTERM"');
  });

  it('an older Node starts the pinned one, which gets signals and gives its exit code', async function () {
    const node = olderNode();
    if (node === undefined) this.skip();
    await using world = await openWorld();
    world.the.fault('*', 'hang');
    const program = [node, join(ROOT, 'scripts/sync.mjs')] as const;
    const cli = await startCli([], { program, env: world.environment });
    await cli.until(/ReadingInstitutions/);
    cli.child.kill('SIGTERM');
    const { code, stdout } = await cli.ended;
    expect(stdout).to.include('sync interrupted');
    expect(code).to.equal(143);
  });

  it('is a plugin of kubectl under the name kubectl-isync, also behind a symbolic link', async () => {
    const plugin = join(folder, 'kubectl-isync');
    symlinkSync(PROGRAM, plugin);
    const program = [process.execPath, '--', plugin] as const;
    const { code, stdout } = await runCli(['--help'], { program });
    expect(code).to.equal(0);
    expect(stdout).to.match(/^Usage: kubectl isync <command>/);
    const asItself = await runCli(['--help'], { program: [process.execPath, PROGRAM] });
    expect(asItself.stdout).to.match(/^Usage: institution-sync <command>/);
  });

  it('stops in good order when nobody reads its logs any more', async () => {
    await using world = await openWorld();
    const program = ['/bin/sh', '-c', `"$@" | head -n 1`, 'sh', process.execPath, PROGRAM] as const;
    const args = ['sync', '--NAP=1000'];
    const { stdout, stderr } = await runCli(args, { program, env: world.environment });
    expect(stdout.trimEnd().split('\n')).to.have.lengthOf(1);
    expect(stderr).to.equal('');
  });

  it('ends quietly when nobody reads its output any more', async () => {
    const program = ['/bin/sh', '-c', `"$@" | head -n 1`, 'sh', process.execPath, PROGRAM] as const;
    const { stdout, stderr } = await runCli(['settings'], { program });
    expect(stdout).to.match(/^--AUTH0_DOMAIN [^\n]*\n$/);
    expect(stderr).to.equal('');
  });

  for (const [shell, check] of [
    ['bash', ['bash', '--norc', '-c']],
    ['zsh', ['zsh', '-f', '-c']],
    ['fish', ['fish', '--no-config', '-c']],
  ] as const) {
    it(`completes in ${shell}`, async function () {
      const [file, ...args] = check;
      if (spawnSync(file, ['--version']).error !== undefined) this.skip();
      symlinkSync(PROGRAM, join(folder, `institution-sync`));
      try {
        const { stdout: script } = await runCli(['completion', shell]);
        const asked = {
          bash: `${script}\nCOMP_WORDS=(institution-sync sync --PR); COMP_CWORD=2; _institution_sync; echo "\${COMPREPLY[@]}"`,
          zsh: `compdef() { :; }; _describe() { print -r -- \${candidates%%:*}; }\n${script}\nwords=(institution-sync sync --PR); CURRENT=3; _institution_sync`,
          fish: `${script}\ncomplete -C 'institution-sync sync --PR'`,
        }[shell];
        const env = { PATH: `${folder}${delimiter}${process.env['PATH']}` };
        const answer = await runCli([asked], { program: [file, ...args], env });
        expect(answer.stdout).to.match(/^--PRUNE/);
      } finally {
        rmSync(join(folder, 'institution-sync'));
      }
    });
  }
});
