import { existsSync, readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { LONGEST_TEXT, toDisplayName } from '../../../src/institutions/display-name.ts';

const AWKWARD_NAMES = new URL('../../../../shared/data/awkward-names.json', import.meta.url);
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Graphemes as a reader sees them. */
function split(text: string): string[] {
  return [...graphemes.segment(text)].map(({ segment }) => segment);
}

/** What `make` has made so many times, and the heap that it takes. */
function memoryOf(count: number, make: (index: number) => string) {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  collect();
  const before = process.memoryUsage().heapUsed;
  const kept = Array.from({ length: count }, (_, index) => make(index));
  collect();
  return { kept, bytes: process.memoryUsage().heapUsed - before };
}

describe('toDisplayName', () => {
  const table: readonly (readonly [string, string, string])[] = [
    ['leaves a plain name alone', 'University of Oxford', 'University of Oxford'],
    ['trims', '  Oxford \t', 'Oxford'],
    ['makes runs of white space one space', 'A \t\n  B', 'A B'],
    ['makes a control character a space', 'A\u0000B\u007fC\u0085D', 'A B C D'],
    ['makes a mixture of both one space', 'A \u0001\u0002 \u009f B', 'A B'],
    ['takes no-break and ideographic spaces for white space', 'A\u00a0B\u3000C\u2029D', 'A B C D'],
    ['takes U+FEFF for white space', '\ufeffA\ufeff\ufeffB\ufeff', 'A B'],
    ['keeps joiners and direction marks', 'می\u200cخواهم\u200f', 'می\u200cخواهم\u200f'],
    ['keeps what is not composed', 'Universite\u0301', 'Universite\u0301'],
    ['keeps markup as text', '<b>&amp;</b> "x" \'y\' =1+1', '<b>&amp;</b> "x" \'y\' =1+1'],
    ['makes a lone surrogate U+FFFD', 'A\ud83dB\udc68', 'A\ufffdB\ufffd'],
    ['is empty without a visible character', ' \u0000\ufeff\n ', ''],
    ['is empty for nothing', '', ''],
  ];
  for (const [what, text, expected] of table) {
    it(what, () => expect(toDisplayName(text)).to.equal(expected));
  }

  it('keeps exactly 255 units', () => {
    expect(toDisplayName('x'.repeat(255))).to.equal('x'.repeat(255));
    expect(toDisplayName('x'.repeat(256))).to.equal('x'.repeat(255));
  });

  it('leaves no space at the end of a cut name', () => {
    expect(toDisplayName(`${'x'.repeat(254)} yyy`)).to.equal('x'.repeat(254));
  });

  const clusters: readonly (readonly [string, string])[] = [
    ['a family joined by ZWJ', '👩‍👩‍👧‍👦'],
    ['a flag', '🇬🇧'],
    ['a skin tone', '👍🏽'],
    ['a tagged flag', '🏴󠁧󠁢󠁳󠁣󠁴󠁿'],
    ['a surrogate pair', '𝔘'],
    ['a base with combining marks', 'e\u0301\u0323\u0308'],
    ['a Hangul syllable of jamo', '\u1112\u1161\u11ab'],
  ];
  for (const [what, cluster] of clusters) {
    it(`never cuts inside ${what}`, () => {
      for (let lead = LONGEST_TEXT - cluster.length - 1; lead <= LONGEST_TEXT; lead += 1) {
        const fits = lead + cluster.length <= LONGEST_TEXT;
        const expected = 'x'.repeat(lead) + (fits ? cluster : '');
        const rest = fits ? LONGEST_TEXT - expected.length : 0;
        expect(toDisplayName(`${'x'.repeat(lead)}${cluster}${'z'.repeat(300)}`)).to.equal(
          expected + 'z'.repeat(rest),
        );
      }
    });
  }

  it('cuts rows of flags between flags', () => {
    const cut = toDisplayName('🇬🇧🇫🇷'.repeat(100));
    expect(cut).to.equal('🇬🇧🇫🇷'.repeat(31) + '🇬🇧');
  });

  it('cuts inside a first grapheme that is too long by itself, between code points', () => {
    expect(toDisplayName(`a${'\u0301'.repeat(400)}`)).to.equal(`a${'\u0301'.repeat(254)}`);
    const family = Array.from({ length: 150 }, () => '👩').join('\u200d');
    // Wherever the pairs of surrogates stand.
    for (const lead of ['', '👩\ufe0f\u200d', '👩\ufe0f\ufe0f\u200d']) {
      let expected = '';
      for (const codePoint of lead + family) {
        if (expected.length + codePoint.length > LONGEST_TEXT) break;
        expected += codePoint;
      }
      expect(toDisplayName(lead + family)).to.equal(expected);
    }
  });

  it('does not keep a huge text alive through its cut', () => {
    const { kept, bytes } = memoryOf(20, (i) => toDisplayName(`${i}${'é'.repeat(1_000_000)}`));
    expect(bytes).to.be.below(5_000_000);
    expect(kept).to.have.length(20);
  });

  it('takes a text that is right as it is, and makes no copy', () => {
    const texts = Array.from({ length: 10_000 }, (_, i) => String(i).padStart(LONGEST_TEXT, 'x'));
    const { kept, bytes } = memoryOf(10_000, (i) => toDisplayName(texts[i] ?? ''));
    expect(bytes).to.be.below(1_000_000);
    expect(kept).to.deep.equal(texts);
  });

  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 600 }),
    fc.string({ unit: 'grapheme-composite', minLength: 100, maxLength: 400 }),
    fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 400 })
      .map((units) => String.fromCharCode(...units)),
  );

  it('keeps its promises for any text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const name = toDisplayName(text);
        expect(name.length).to.be.at.most(LONGEST_TEXT);
        expect(name.isWellFormed()).to.equal(true);
        expect(name).to.not.match(/[\p{Cc}\u2028\u2029\ufeff]|\s\s|^\s|\s$|[^\S ]/u);
        expect(toDisplayName(name), 'cleaned twice').to.equal(name);
      }),
      { seed: 20260801, numRuns: 500 },
    );
  });

  it('takes a whole number of graphemes, and as many as fit', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme-composite', minLength: 150, maxLength: 400 }),
        (text) => {
          const whole = split(
            text
              .toWellFormed()
              .replace(/[\p{Cc}\s]+/gu, ' ')
              .trim(),
          );
          if ((whole[0] ?? '').length > LONGEST_TEXT) return;
          let expected = '';
          for (const grapheme of whole) {
            if (expected.length + grapheme.length > LONGEST_TEXT) break;
            expected += grapheme;
          }
          expect(toDisplayName(text)).to.equal(expected.trimEnd());
        },
      ),
      { seed: 20260802, numRuns: 500 },
    );
  });

  it('cleans the awkward names of real institutions', function () {
    if (!existsSync(AWKWARD_NAMES)) this.skip();
    const rows: { hazard: string; name: string }[] = JSON.parse(
      readFileSync(AWKWARD_NAMES, 'utf8'),
    );
    expect(rows).to.have.length(225);
    for (const { hazard, name } of rows) {
      const shown = toDisplayName(name);
      const words = name.split(/[\s\p{Cc}]+/u).filter((word) => word !== '');
      expect(shown, hazard).to.equal(words.join(' '));
      expect(shown.length, hazard).to.be.within(1, LONGEST_TEXT);
    }
  });
});
