import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { PROGRAM } from './program.ts';
import { runCli } from './run-cli.ts';
import { openWorld } from './world.ts';

/** Tells, as the process ends, which of Node's own modules it has loaded. */
const TELL = `process.on('exit', () => {
  process.stderr.write('flags ' + process.execArgv.join(' ') + '\\n');
  process.stderr.write('pools ' + process.env.MALLOC_ARENA_MAX + '\\n');
  process.stderr.write('loaded ' + process.moduleLoadList.join(' ') + '\\n');
});`;

describe('the memory of a process', () => {
  it('holds no second client for HTTP, and little room for new objects', async function () {
    if (!PROGRAM.endsWith('.js')) this.skip();
    const folder = await mkdtemp(path.join(tmpdir(), 'institution-sync-lean-'));
    try {
      const tell = path.join(folder, 'tell.cjs');
      await writeFile(tell, TELL);
      await using world = await openWorld();
      const { code, stderr } = await runCli(['sync'], {
        env: world.environment,
        program: [process.execPath, '--require', tell, '--', PROGRAM],
      });
      expect(code).to.equal(0);
      expect(stderr).to.match(/^loaded .*NativeModule https/m);
      // It restarts itself, however it was started.
      expect(stderr).to.match(/^flags .*--max-semi-space-size=2 --heap-growing-percent=20/m);
      expect(stderr).to.match(/^pools 1$/m);
      expect(stderr).not.to.match(/^loaded .*undici/m);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
