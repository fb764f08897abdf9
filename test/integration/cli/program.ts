import { existsSync, globSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The bundle, where it is newer than everything that it is made of; else the sources. */
export const PROGRAM = isBuilt() ? `${root}dist/institution-sync.js` : `${root}src/cli/main.ts`;
export const ROOT = root;

function isBuilt(): boolean {
  const bundle = `${root}dist/institution-sync.js`;
  if (!existsSync(bundle)) return false;
  const builtAt = statSync(bundle).mtimeMs;
  return globSync('src/**/*.ts', { cwd: root }).every(
    (file) => statSync(root + file).mtimeMs < builtAt,
  );
}
