import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { catalogue } from '../../bench/catalogue.ts';
import { mostAtOnce, mostWithin } from '../../bench/moments.ts';
import { fill, readFigures, reportFiles } from '../../bench/report.ts';
import { isMet, median, table, type Result, type Row } from '../../bench/row.ts';

const met: Row = { what: 'a | b', measured: 1.0412, unit: '', bar: 1.05 };
const missed: Row = { what: 'memory', measured: 204.567, unit: 'MB', bar: 200 };
const free: Row = { what: 'seconds', measured: 12_345.6, unit: 's', bar: undefined };

function result(bench: string, rows: readonly Row[]): Result {
  const common = { title: bench, scaled: 'Nothing.', date: '2026-01-02T03:04:05Z', seconds: 1 };
  return { bench, ...common, load: [0.5, 1], rows };
}

describe('the report of the benchmarks', () => {
  it('says of each row whether its bar is met', () => {
    expect([met, missed, free].map(isMet)).to.deep.equal([true, false, true]);
    const [, , first, second, third] = table([met, missed, free]).split('\n');
    expect(first).to.match(/^a \| b +1.041 +at most 1.05 +met$/);
    expect(second).to.match(/^memory +204.6 MB +at most 200 MB +MISSED$/);
    expect(third).to.match(/^seconds +12346 s$/);
  });

  it('fills the named sections of a page, and leaves the rest', () => {
    const page = 'before\n\n<!-- figures one -->\n\nold\n\n<!-- /figures -->\n\nafter\n';
    const figures = { machine: 'm', results: [result('one', [met]), result('two', [missed])] };
    const filled = fill(page, figures);
    expect(filled).to.match(/^before\n[^]*after\n$/);
    expect(filled).to.include(String.raw`| a \| b | 1.041 | at most 1.05 | met |`);
    expect(filled).to.not.include('old').and.not.include('memory');
    expect(fill(filled, figures)).to.equal(filled);
  });

  it('counts what is met, and names what is not', () => {
    const page = '<!-- figures verdict -->\n<!-- /figures -->';
    const figures = { machine: 'm', results: [result('one', [met, missed, free])] };
    expect(fill(page, figures))
      .to.include('1 of 2 bars are met.')
      .and.include('- memory: 204.6 MB');
  });

  it('finds the middle, and what happens together', () => {
    expect(median([3, 1, 2])).to.equal(2);
    expect(mostWithin([0, 0.5, 1, 5, 5.1], 1)).to.equal(3);
    expect(mostAtOnce([0, 1, 2, 3], [1.5, 2, 4, 5])).to.equal(2);
  });

  it('has one name for each benchmark', () => {
    for (const full of [true, false]) {
      const names = catalogue(full).map(({ name }) => name);
      expect(new Set(names).size).to.equal(names.length);
    }
  });

  it('is in docs/ what the figures there say', async () => {
    const figures = await readFigures();
    if (figures === undefined) throw new Error('docs/benchmarks/figures.json is missing');
    for (const [name, content] of await reportFiles(figures)) {
      const url = new URL(`../../../docs/${name}`, import.meta.url);
      expect(await readFile(url, 'utf8'), `${name}: run node test/bench/report.ts`).to.equal(
        content,
      );
    }
  });
});
