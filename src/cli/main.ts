// The door: what a person types comes in here, under the name institution-sync or kubectl-isync.
// Kept so small that --version answers at once and that an older Node can read it.
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { restartLean } from './lean-process.ts';
import { relaunchWithNewerNode } from './newer-node.ts';

// Arguments may hold secrets, and every user of the machine can read a process's title.
process.title = 'institution-sync';

const binary = basename(process.argv[1] ?? '').startsWith('kubectl-isync')
  ? 'kubectl-isync'
  : 'institution-sync';

if (!relaunchWithNewerNode(binary)) {
  restartLean(fileURLToPath(import.meta.url), process.argv.slice(2));
  const { run } = await import('./run.ts');
  await run(binary, process.argv.slice(2));
}
