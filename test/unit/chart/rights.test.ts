import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { DOCUMENTED } from '../../e2e/controller-rights.ts';

const ROOT = path.join(import.meta.dirname, '../../..');

describe('the page about rights', () => {
  for (const { action, file, name, code } of [...DOCUMENTED.watched, ...DOCUMENTED.election]) {
    it(`names the code that needs to ${action}`, async () => {
      const text = await readFile(path.join(ROOT, file), 'utf8');
      const begin = text.search(new RegExp(`^ *(export )?(async )?(function )?${name}\\(`, 'm'));
      expect(begin, `${name} in ${file}`).to.be.at.least(0);
      expect(text.slice(begin)).to.include(code);
    });
  }
});
