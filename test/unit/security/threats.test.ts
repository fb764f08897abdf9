import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';

const ROOT = path.join(import.meta.dirname, '../../..');

interface Threat {
  readonly title: string;
  readonly guard: string;
  readonly test: string;
  readonly happened: string;
}

/** The rows of the table of threats. */
async function threats(): Promise<readonly Threat[]> {
  const text = await readFile(path.join(ROOT, 'SECURITY.md'), 'utf8');
  const [, table = ''] = /^## Threats\n([^]*?)^## /m.exec(text) ?? [];
  const rows = table.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((line) => {
    const [, title = '', guard = '', test = '', happened = ''] = line.split(/ *\| */);
    return { title, guard, test, happened };
  });
}

/** The files that a cell names. */
function filesIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`((?:src|test)\/[^`]+)`/g)].map(([, file = '']) => file);
}

describe('SECURITY.md', () => {
  it('names for each threat a guard, a test that is there, and what happened', async () => {
    const all = await threats();
    expect(all).to.have.length.above(15);
    for (const line of all) {
      const { title, guard, test, happened } = line;
      expect(guard, title).not.to.equal('');
      expect(filesIn(test), title).not.to.be.empty;
      for (const file of filesIn(test)) expect(file).to.match(/\.test\.ts$/);
      for (const file of filesIn(guard + test)) await access(path.join(ROOT, file));
      expect(happened, title).not.to.equal('');
    }
  });
});
