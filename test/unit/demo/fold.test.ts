import { expect } from 'chai';
import { foldIndented, foldRows, foldTable, foldText } from '../../../scripts/demo/fold.ts';

describe('folding a text', () => {
  it('leaves alone what fits', () => {
    expect(foldText('a short line', 12)).to.deep.equal(['a short line']);
    expect(foldText('', 12)).to.deep.equal(['']);
  });

  it('breaks between words', () => {
    expect(foldText('one two three four', 9)).to.deep.equal(['one two', 'three', 'four']);
  });

  it('cuts a word that is longer than a line, at a seam where it has one', () => {
    expect(foldText('aaaaaaaaaaaa', 5)).to.deep.equal(['aaaaa', 'aaaaa', 'aa']);
    expect(foldText('see https://host/path/to/it', 16)).to.deep.equal([
      'see',
      'https://host/',
      'path/to/it',
    ]);
    // A seam near the beginning would waste the line.
    expect(foldText('a/aaaaaaaaaa', 6)).to.deep.equal(['a/aaaa', 'aaaaaa']);
  });
});

describe('folding an indented line', () => {
  it('leaves alone what fits', () => {
    expect(foldIndented('    a  short line', 17)).to.deep.equal(['    a  short line']);
  });

  it('indents what does not fit as much', () => {
    expect(foldIndented('  Why: it is so', 9)).to.deep.equal(['  Why: it', '  is so']);
  });
});

describe('folding a table', () => {
  const table = [
    'NAME    READY   STATUS                                                 LAST SYNC   AGE',
    "world   True    The tenant's organizations equal THE's institutions.   3s          30s",
    'moon            Wait                                                               5m',
  ];

  it('leaves alone what fits', () => {
    expect(foldTable(table, 100)).to.equal(table);
  });

  it('folds the widest column, and keeps the others in line', () => {
    expect(foldTable(table, 70)).to.deep.equal([
      'NAME    READY   STATUS                             LAST SYNC   AGE',
      "world   True    The tenant's organizations equal   3s          30s",
      "                THE's institutions.",
      'moon            Wait                                           5m',
    ]);
  });

  it('moves the columns together when there is little room', () => {
    const folded = foldTable(table, 54);
    expect(folded[0]).to.equal('NAME   READY  STATUS               LAST SYNC  AGE');
    for (const line of folded) expect(line.length).to.be.at.most(54);
  });

  it('folds more than one column where one is not enough', () => {
    const rows = [
      ['A', 'a few words that are long', 'b'],
      ['some words that are long', 'short', 'c'],
    ];
    expect(foldRows(rows, 36)).to.deep.equal([
      'A                a few words that  b',
      '                 are long',
      'some words that  short             c',
      'are long',
    ]);
  });

  it('leaves alone what is no table', () => {
    const text = ['Some words   that have   gaps, in a line that is far too long for the screen'];
    expect(foldTable(text, 20)).to.equal(text);
    expect(foldTable([], 20)).to.deep.equal([]);
  });
});
