import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { thirdPartyLicenses } from '../../../scripts/third-party-licenses.mjs';

const DIST = path.join(import.meta.dirname, '../../../dist');

/** What the plugin puts beside a bundle of these packages. */
async function noticesOf(packages: Readonly<Record<string, Readonly<Record<string, string>>>>) {
  const root = await mkdtemp(path.join(tmpdir(), 'institution-sync-licenses-'));
  try {
    const moduleIds = ['\0virtual', path.join(root, 'src/main.ts')];
    for (const [name, files] of Object.entries(packages)) {
      const folder = path.join(root, 'node_modules', name);
      await mkdir(folder, { recursive: true });
      for (const [file, text] of Object.entries(files)) {
        await writeFile(path.join(folder, file), text);
      }
      moduleIds.push(path.join(folder, 'lib/index.js'), path.join(folder, 'lib/other.js'));
    }
    let source = '';
    const emitter = { emitFile: (file: { readonly source: string }) => (source = file.source) };
    await thirdPartyLicenses().generateBundle.call(emitter, {}, { 'main.js': { moduleIds } });
    return source;
  } finally {
    await rm(root, { recursive: true });
  }
}

const describing = (about: object) => ({ 'package.json': JSON.stringify(about) });

describe('the licences of others', () => {
  it('are the texts and notices of each package in the bundle, once', async () => {
    const text = await noticesOf({
      '@scope/b': {
        ...describing({ name: '@scope/b', version: '2.0.0', license: 'Apache-2.0' }),
        LICENSE: 'Apache License\r\nVersion 2.0',
        NOTICE: 'b is by b',
        'readme.md': 'not this',
      },
      a: {
        ...describing({ name: 'a', version: '1.0.0', license: 'MIT' }),
        'license.md': 'MIT, by a',
      },
    });
    const line = '='.repeat(80);
    expect(text).to.equal(
      [
        `${line}\n@scope/b 2.0.0 (Apache-2.0)\n${line}\n\nApache License\nVersion 2.0\n\nb is by b\n`,
        `${line}\na 1.0.0 (MIT)\n${line}\n\nMIT, by a\n`,
      ].join('\n'),
    );
  });

  it('name the author where a package has no text', async () => {
    const about = { name: 'a', version: '1.0.0', license: 'MIT', author: { name: 'Ann' } };
    expect(await noticesOf({ a: describing(about) })).to.contain(
      'Copyright: Ann\nhttps://spdx.org/licenses/MIT.html',
    );
  });

  it('stop the build for a package without one', async () => {
    const failure = await noticesOf({ a: describing({ name: 'a', version: '1.0.0' }) }).catch(
      String,
    );
    expect(failure).to.equal('Error: a names no licence');
  });

  it('are shipped with the program', async () => {
    const text = await readFile(path.join(DIST, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
    for (const name of ['@kubernetes/client-node', 'auth0', 'axios', 'jose', 'winston', 'zod']) {
      expect(text).to.match(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'));
    }
  });
});
