// `npm run docs`: builds the documentation as a static site in site/. The generator is not among the
// project's own dependencies: it is installed in scripts/site the first time.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.dirname(import.meta.dirname);
const SITE = path.join(import.meta.dirname, 'site');
const GENERATOR = path.join(SITE, 'node_modules/@11ty/eleventy/cmd.cjs');

if (!existsSync(GENERATOR)) {
  run('npm', ['ci', '--ignore-scripts'], SITE);
}
rmSync(path.join(ROOT, 'site'), { recursive: true, force: true });
const config = path.relative(ROOT, path.join(SITE, 'eleventy.config.ts'));
run(process.execPath, [GENERATOR, `--config=${config}`, '--quiet'], ROOT);
console.log('The site is in site/; open site/index.html.');

/** Ends this process when the program fails, which has then said why. */
function run(program: string, args: readonly string[], cwd: string): void {
  const { status } = spawnSync(program, args, { cwd, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}
