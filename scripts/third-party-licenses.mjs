import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

const FILE = 'THIRD-PARTY-LICENSES.txt';
const TEXTS = /^(licen[cs]e|copying|notice)([.-].*)?$/i;

/**
 * Puts the names, versions and licences of all packages whose code is in the bundle beside it, as
 * their licences ask. Throws for a package that names no licence.
 */
export function thirdPartyLicenses() {
  return {
    name: 'third-party-licenses',
    async generateBundle(_options, bundle) {
      const folders = new Set();
      for (const { moduleIds = [] } of Object.values(bundle)) {
        for (const id of moduleIds) {
          const folder = packageOf(id);
          if (folder !== undefined) folders.add(folder);
        }
      }
      const notices = new Map();
      for (const folder of folders) {
        const { name, text } = await noticeOf(folder);
        notices.set(`${name}\n${text}`, text);
      }
      const ordered = [...notices].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
      this.emitFile({ type: 'asset', fileName: FILE, source: ordered.join('\n') });
    },
  };
}

/** The folder of the package that a module belongs to; parts of a package may have a package.json. */
function packageOf(id) {
  const [, folder] = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id) ?? [];
  return folder !== undefined && existsSync(path.join(folder, 'package.json')) ? folder : undefined;
}

async function noticeOf(folder) {
  const { name, version, license, author } = JSON.parse(
    await readFile(path.join(folder, 'package.json'), 'utf8'),
  );
  if (typeof license !== 'string') throw new Error(`${name} names no licence`);
  const files = (await readdir(folder)).filter((file) => TEXTS.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(path.join(folder, file), 'utf8')));
  const by = typeof author === 'string' ? author : author?.name;
  const said =
    texts.length > 0
      ? texts
      : [`Copyright: ${by ?? `the authors of ${name}`}\nhttps://spdx.org/licenses/${license}.html`];
  const title = `${name} ${version} (${license})`;
  const body = said.map((text) => text.replaceAll('\r\n', '\n').trim()).join('\n\n');
  return { name, text: `${'='.repeat(80)}\n${title}\n${'='.repeat(80)}\n\n${body}\n` };
}
