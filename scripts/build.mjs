// Builds dist/: one file for the whole program, so that it starts fast and needs no node_modules.
import { chmod, readFile, rename, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { leanLibraries } from './lean-libraries.mjs';
import { thirdPartyLicenses } from './third-party-licenses.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(await readFile(`${root}package.json`, 'utf8'));

const bundle = await rolldown({
  input: { 'institution-sync': `${root}src/cli/main.ts` },
  platform: 'node',
  cwd: root,
  plugins: [leanLibraries(), thirdPartyLicenses()],
  transform: { define: { 'process.env.INSTITUTION_SYNC_VERSION': JSON.stringify(version) } },
  // Of client-node only the kubeconfig is used; its API classes would cost 11 MB at every start.
  treeshake: { moduleSideEffects: (id) => !id.includes('@kubernetes/client-node') },
  logLevel: 'warn',
});
const fresh = `${root}dist.${process.pid}`;
await bundle.write({
  dir: fresh,
  format: 'esm',
  sourcemap: false,
  // The text of the program stays in memory: without blanks, with two bytes a character in no file.
  // Names stay for stack traces.
  minify: { compress: false, mangle: false, codegen: true },
  charset: 'ascii',
  // Without the dashes, Node would take an --env-file for its own.
  banner: ({ isEntry }) => (isEntry ? '#!/usr/bin/env -S node --' : ''),
  chunkFileNames: '[name]-[hash].js',
});
await bundle.close();
await chmod(`${fresh}/institution-sync.js`, 0o755);
// A build that fails leaves the last good one in its place.
await rm(`${root}dist`, { recursive: true, force: true });
await rename(fresh, `${root}dist`);
