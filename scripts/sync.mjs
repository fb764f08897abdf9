#!/bin/sh
true + /*; exec node -- "$0" "$@" # */ 0; // oxlint-disable-line no-unused-expressions

// The command `sync` of a checkout, on whatever Node the system has: `./scripts/sync.mjs --NAP 1800000`.
// The line above is for the shell: without the dashes, Node would take --env-file for its own.
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
