// `npm run demo`: a real control plane, stand-ins of THE and Auth0, and the operator at work. Ends by
// itself and leaves nothing behind.
import { existsSync } from 'node:fs';
import { EXIT } from '../src/cli/exit-code.ts';
import { listenForSignals } from '../src/cli/interruption.ts';
import { UsageError } from '../src/cli/usage-error.ts';
import { readOptions, USAGE } from './demo/options.ts';
import { play } from './demo/play.ts';

/** As shells say that a reader of a pipe has gone: 128 and the number of SIGPIPE. */
const PIPE_CLOSED = 141;

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    console.log(USAGE);
    return EXIT.DONE;
  }
  if (!existsSync(new URL('../dist/institution-sync.js', import.meta.url))) {
    throw new Error('The program is not built yet. Run: npm ci');
  }
  const interruption = listenForSignals({
    onStop: () => console.error('\nStopping …'),
    onGiveUp: () => {},
  });
  const closed = new AbortController();
  process.stdout.on('error', (error) => closed.abort(error));
  try {
    await play(options, process.stdout, AbortSignal.any([interruption.signal, closed.signal]));
    console.log('\nAll of it is gone again: no process and no file is left.');
    return EXIT.DONE;
  } catch (error) {
    if (closed.signal.aborted) return PIPE_CLOSED;
    const code = interruption.exitCode();
    if (code === undefined) throw error;
    return code;
  } finally {
    interruption.end();
  }
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(`\ndemo: ${error instanceof Error ? error.message : String(error)}`);
  return error instanceof UsageError ? EXIT.USAGE : EXIT.FAILED;
});
