import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The oldest Node that this program runs on; the one that npm ci installs beside it is newer. */
const OLDEST_MAJOR = 24;

/**
 * On an older Node: starts this program again with the Node that npm has installed beside it, or
 * says what to install. Returns whether it did either; then nothing is left to do here.
 */
export function relaunchWithNewerNode(binary: string): boolean {
  if (Number(process.versions.node.split('.')[0]) >= OLDEST_MAJOR) return false;
  const node = pinnedNode();
  if (node === undefined) {
    console.error(
      `${binary} needs Node ${OLDEST_MAJOR} or newer; this is ${process.versions.node}. Install it from https://nodejs.org, or run npm ci in the checkout, which brings one.`,
    );
    process.exitCode = 2;
    return true;
  }
  // Under the plugin's name the name itself must be kept.
  const script = binary === 'kubectl-isync' ? process.argv[1] : fileURLToPath(import.meta.url);
  // Without the dashes, Node would take --env-file for its own.
  const args = ['--', script ?? '', ...process.argv.slice(2)];
  const child = spawn(node, args, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('error', (error) => {
    console.error(`${binary}: ${node} cannot be started (${error.message}). Run npm ci again.`);
    process.exitCode = 2;
  });
  child.on('close', (code) => {
    process.exitCode = code ?? 1;
  });
  return true;
}

/** Beside the bundle in dist/. */
function pinnedNode(): string | undefined {
  const path = `../node_modules/node-${process.platform}-${process.arch}/bin/node`;
  const file = fileURLToPath(new URL(path, import.meta.url));
  return existsSync(file) ? file : undefined;
}
