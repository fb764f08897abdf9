import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { anchorOf } from '../../../scripts/site/anchors.ts';
import { partsOf } from '../../../scripts/site/line-breaks.ts';
import { readPages, ROOT } from '../../../scripts/site/pages.ts';
import { searchIndex, sectionsOf } from '../../../scripts/site/search-index.ts';
import { layOutTables } from '../../../scripts/site/tables.ts';

const pages = readPages();

function anchorsOf(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^#{1,4} (.+)$/gm)].map(([, heading = '']) =>
    anchorOf(heading.replaceAll('`', '')),
  );
}

/** What a table with these rows of head and body is given. */
function layOut(head: readonly string[][], body: readonly string[][]) {
  const table = token('table_open');
  const cells = body.flat().map((content) => [token('td_open'), token('inline', content)] as const);
  layOutTables([
    table,
    token('tr_open'),
    ...head.flat().flatMap((content) => [token('th_open'), token('inline', content)]),
    token('tr_open'),
    ...cells.flat(),
    token('table_close'),
  ]);
  return {
    class: table.attributes.get('class'),
    labels: cells.map(([{ attributes }]) => attributes.get('data-label')),
  };
}

function token(type: string, content = '') {
  const attributes = new Map<string, string>();
  return {
    type,
    content,
    children: null,
    attributes,
    attrGet: (name: string) => attributes.get(name) ?? null,
    attrSet: (name: string, value: string) => void attributes.set(name, value),
  };
}

describe('the documentation', () => {
  it('has pages with names of their own', () => {
    const files = pages.map(({ file }) => file);
    expect(new Set(files).size).to.equal(files.length);
    expect(files).to.include.members(['index.html', 'operations.html', 'samples.html']);
  });

  for (const { source, markdown } of pages) {
    it(`has no dead link in ${source}`, () => {
      const dead = [...markdown.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) => {
        if (/^[a-z]+:/.test(link)) return [];
        const [file = '', anchor] = link.split('#');
        const target = file === '' ? source : path.join(path.dirname(source), file);
        if (!existsSync(path.join(ROOT, target))) return [link];
        if (anchor === undefined) return [];
        const page = pages.find((each) => each.source === target);
        return anchorsOf(page?.markdown ?? '').includes(anchor) ? [] : [link];
      });
      expect(dead).to.deep.equal([]);
    });
  }

  it('ends lines between words, and in a long word between its parts', () => {
    expect(partsOf('npm run demo -- --keep')).to.deep.equal([
      'npm ',
      'run ',
      'demo ',
      '-- ',
      '--keep',
    ]);
    expect(partsOf('DeletionLimitExceeded')).to.deep.equal(['DeletionLimitExceeded']);
    expect(partsOf('auth0.connections[].assignMembershipOnLogin')).to.deep.equal([
      'auth0.',
      'connections[]',
      '.',
      'assignMembershipOnLogin',
    ]);
    expect(partsOf('InstitutionSyncChangesHeld')).to.deep.equal([
      'Institution',
      'Sync',
      'Changes',
      'Held',
    ]);
    expect(partsOf('src/cli/cluster/trusted-hosts.ts')).to.deep.equal([
      'src/',
      'cli/',
      'cluster/',
      'trusted-hosts.ts',
    ]);
    for (const { markdown } of pages) expect(partsOf(markdown).join('')).to.equal(markdown);
  });

  it('lays tables out by their columns, and says in each cell which one it is', () => {
    expect(layOut([['flag', '']], [['--NAP', 'x'.repeat(81)]])).to.deep.equal({
      class: undefined,
      labels: ['flag', ''],
    });
    expect(layOut([['what', 'measured', 'bar']], [['start', '1 s', '']])).to.deep.equal({
      class: 'many',
      labels: ['what', 'measured', 'bar'],
    });
    const read = layOut([['field', 'type', '']], [['nap', 'string', 'x'.repeat(81)]]);
    expect(read.class).to.equal('many told');
  });

  it('can be searched by section', () => {
    const index = searchIndex(pages);
    expect(index).to.match(/"url":"operations\.html#secretnotfound","page":"Operations"/);
    expect(index).to.include('"heading":"kubectl isync"');
  });

  it('is found under headings alone, each at its own anchor', () => {
    const markdown = ['# A', '```sh', '# no heading', '```', '## Look', 'one', '## Look', 'two'];
    const page = {
      file: 'a.html',
      title: 'A',
      markdown: markdown.join('\n'),
      source: '',
      group: '',
    };
    expect(sectionsOf(page)).to.deep.equal([
      { url: 'a.html#a', page: 'A', heading: 'A', text: '# no heading' },
      { url: 'a.html#look', page: 'A', heading: 'Look', text: 'one' },
      { url: 'a.html#look-1', page: 'A', heading: 'Look', text: 'two' },
    ]);
  });
});
