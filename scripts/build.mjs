// Builds dist/: one file for the whole program, so that it starts fast and needs no node_modules.
import { existsSync } from 'node:fs';
import { chmod, readFile, rm, symlink } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(await readFile(`${root}package.json`, 'utf8'));

await rm(`${root}dist`, { recursive: true, force: true });
const bundle = await rolldown({
  input: { 'institution-sync': `${root}src/cli/main.ts` },
  platform: 'node',
  cwd: root,
  transform: { define: { 'process.env.INSTITUTION_SYNC_VERSION': JSON.stringify(version) } },
  logLevel: 'warn',
});
await bundle.write({
  dir: `${root}dist`,
  format: 'esm',
  sourcemap: false,
  minify: false,
  banner: '#!/usr/bin/env node',
  chunkFileNames: '[name]-[hash].js',
});
await bundle.close();
await chmod(`${root}dist/institution-sync.js`, 0o755);

// npx finds the programs of dependencies here, but not those of the checkout itself.
const bin = `${root}node_modules/.bin`;
if (existsSync(bin)) {
  for (const name of ['institution-sync', 'kubectl-isync']) {
    await rm(`${bin}/${name}`, { force: true });
    await symlink('../../dist/institution-sync.js', `${bin}/${name}`);
  }
}
