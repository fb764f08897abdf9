// `npm run docs`: builds the documentation as a static site in site/. The generator is not among the
// project's own dependencies: it is installed in scripts/site the first time.
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.dirname(import.meta.dirname);
const SITE = path.join(import.meta.dirname, 'site');
const GENERATOR = path.join(SITE, 'node_modules/@11ty/eleventy/cmd.cjs');

if (!existsSync(GENERATOR)) {
  execFileSync('npm', ['ci', '--ignore-scripts'], { cwd: SITE, stdio: 'inherit' });
}
rmSync(path.join(ROOT, 'site'), { recursive: true, force: true });
const config = path.relative(ROOT, path.join(SITE, 'eleventy.config.ts'));
execFileSync(process.execPath, [GENERATOR, `--config=${config}`, '--quiet'], {
  cwd: ROOT,
  stdio: 'inherit',
});
console.log('The site is in site/; open site/index.html.');
