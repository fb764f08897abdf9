// `npm run night-walk`: plays docs/night-walk.md on a real control plane, with a real Prometheus, and
// writes what its commands say this time into the page. It takes five minutes.
import { readFile, writeFile } from 'node:fs/promises';
import { EXIT } from '../src/cli/exit-code.ts';
import { listenForSignals } from '../src/cli/interruption.ts';
import { playNightWalk } from './night-walk/play.ts';

const PAGE = new URL('../docs/night-walk.md', import.meta.url);

async function main(): Promise<number> {
  const interruption = listenForSignals({
    onStop: () => console.error('\nStopping …'),
    onGiveUp: () => {},
  });
  try {
    const page = await readFile(PAGE, 'utf8');
    await writeFile(PAGE, await playNightWalk(page, process.stdout, interruption.signal));
    console.log('\ndocs/night-walk.md is written.');
    return EXIT.DONE;
  } catch (error) {
    const code = interruption.exitCode();
    if (code === undefined) throw error;
    return code;
  } finally {
    interruption.end();
  }
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(`\nnight-walk: ${error instanceof Error ? error.message : String(error)}`);
  return EXIT.FAILED;
});
