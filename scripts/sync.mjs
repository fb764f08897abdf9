#!/usr/bin/env node
// The command `sync` of a checkout, whatever Node the system has: `./scripts/sync.mjs --AUTH0_DOMAIN …`.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const bundle = new URL('../dist/institution-sync.js', import.meta.url);

if (existsSync(bundle)) {
  process.argv.splice(2, 0, 'sync');
  await import(bundle.href);
} else {
  const root = fileURLToPath(new URL('..', import.meta.url));
  console.error(`sync.mjs: the program is not built yet. Run npm ci in ${root} first.`);
  process.exitCode = 2;
}
