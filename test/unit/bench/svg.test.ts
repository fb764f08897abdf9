import { expect } from 'chai';
import { barChart, lineChart, niceTop } from '../../bench/svg.ts';

describe('charts', () => {
  it('draw bars in proportion, and the limit as a line', () => {
    const svg = barChart({
      title: 'a < b & "c"',
      bars: [
        { label: 'ours', value: 1 },
        { label: 'theirs', value: 2, unit: 's', foreign: true },
      ],
      limit: 1.5,
    });
    expect(svg).to.include('aria-label="a &lt; b &amp; &quot;c&quot;"');
    const widths = [...svg.matchAll(/class="(own|foreign)"[^>]* width="([\d.]+)"/g)];
    expect(widths.map(([, kind, width]) => [kind, Number(width)])).to.deep.equal([
      ['own', 302.6],
      ['foreign', 605.2],
    ]);
    expect(svg).to.match(/class="limit" x1="518.7" x2="518.7"/);
    expect(svg).to.include('>2 s</text>');
  });

  it('draw lines from zero to a round number', () => {
    const points = [
      [0, 0],
      [40, 90],
    ] as const;
    const svg = lineChart({
      title: 't',
      xTitle: 'x',
      yTitle: 'y',
      lines: [{ label: 'l', points }],
    });
    const [, path] = /<polyline class="own" points="([^"]+)"/.exec(svg) ?? [];
    expect(path).to.equal('70,290 602.8,72.2');
  });

  it('are legible on dark pages', () => {
    expect(barChart({ title: '', bars: [] })).to.include('prefers-color-scheme: dark');
  });

  for (const [value, top] of [
    [1, 1],
    [1.1, 2],
    [21, 25],
    [26, 50],
    [501, 1000],
    [0.03, 0.05],
  ] as const) {
    it(`end an axis for ${value} at ${top}`, () => {
      expect(niceTop(value)).to.be.closeTo(top, 1e-9);
    });
  }
});
