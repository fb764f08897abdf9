import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { partsOf } from '../../../scripts/site/line-breaks.ts';
import { anchorOf } from '../../../scripts/site/markdown.ts';
import { readPages, ROOT } from '../../../scripts/site/pages.ts';
import { searchIndex } from '../../../scripts/site/search-index.ts';

const pages = readPages();

function anchorsOf(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^#{1,4} (.+)$/gm)].map(([, heading = '']) =>
    anchorOf(heading.replaceAll('`', '')),
  );
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
      'assign',
      'Membership',
      'On',
      'Login',
    ]);
    expect(partsOf('src/cli/cluster/trusted-hosts.ts')).to.deep.equal([
      'src/',
      'cli/',
      'cluster/',
      'trusted-hosts.ts',
    ]);
    for (const { markdown } of pages) expect(partsOf(markdown).join('')).to.equal(markdown);
  });

  it('can be searched by section', () => {
    const index = searchIndex(pages);
    expect(index).to.match(/"url":"operations\.html#secretnotfound","page":"Operations"/);
    expect(index).to.include('"heading":"kubectl isync"');
  });
});
