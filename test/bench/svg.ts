/** A bar of a chart. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Behind the value. */
  readonly unit?: string;
  /** Published by others: drawn in another colour. */
  readonly foreign?: boolean;
}

export interface BarChart {
  readonly title: string;
  readonly bars: readonly Bar[];
  /** A line that no bar should cross. */
  readonly limit?: number;
}

export interface Line {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly foreign?: boolean;
}

export interface LineChart {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly lines: readonly Line[];
  readonly limit?: number;
}

const WIDTH = 760;
const FONT = 13;

/** Legible on light and on dark pages: the picture brings its own background. */
const STYLE = `<style>
  text { font: ${FONT}px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; }
  .back { fill: #ffffff; } .axis { stroke: #8c959f; } .grid { stroke: #d8dee4; }
  .own { fill: #0969da; stroke: #0969da; } .foreign { fill: #8c959f; stroke: #8c959f; }
  .limit { stroke: #cf222e; stroke-dasharray: 5 4; }
  polyline { stroke-width: 2; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .back { fill: #0d1117; } .axis { stroke: #6e7681; } .grid { stroke: #30363d; }
    .own { fill: #58a6ff; stroke: #58a6ff; } .foreign { fill: #6e7681; stroke: #6e7681; }
    .limit { stroke: #ff7b72; }
  }
</style>`;

/** A letter's width at this size, on average and amply. */
const LETTER = 6.8;
const VALUES = 90;
const ROW = 26;
const TOP = 44;

/** Horizontal bars with their values, as an SVG document. */
export function barChart({ title, bars, limit }: BarChart): string {
  const most = Math.max(limit ?? 0, ...bars.map(({ value }) => value), Number.MIN_VALUE);
  const labels = 24 + LETTER * Math.max(0, ...bars.map(({ label }) => label.length));
  const room = WIDTH - labels - VALUES;
  const height = TOP + bars.length * ROW + 16;
  const parts = bars.map(({ label, value, unit = '', foreign }, index) => {
    const y = TOP + index * ROW;
    const width = (value / most) * room;
    const kind = foreign === true ? 'foreign' : 'own';
    return [
      text(labels - 10, y + 16, label, 'end'),
      `<rect class="${kind}" x="${fixed(labels)}" y="${y + 4}" width="${fixed(width)}" height="${ROW - 10}"/>`,
      text(WIDTH - 14, y + 16, `${shown(value)} ${unit}`.trim(), 'end'),
    ].join('\n');
  });
  const x = labels + ((limit ?? 0) / most) * room;
  const line =
    limit === undefined
      ? ''
      : `<line class="limit" x1="${fixed(x)}" x2="${fixed(x)}" y1="${TOP - 6}" y2="${height - 12}"/>\n${text(x, TOP - 10, `bar ${shown(limit)}`, 'middle')}`;
  return document(title, height, [...parts, line]);
}

const PLOT = { left: 70, right: 24, top: 48, bottom: 50, height: 340 };
const STEPS = 5;

/** Lines over a numeric axis, both axes from zero, as an SVG document. */
export function lineChart(chart: LineChart): string {
  const { title, xTitle, yTitle, lines, limit } = chart;
  const all = lines.flatMap(({ points }) => points);
  const mostX = niceTop(Math.max(...all.map(([x]) => x), Number.MIN_VALUE));
  const mostY = niceTop(Math.max(limit ?? 0, ...all.map(([, y]) => y), Number.MIN_VALUE));
  const bottom = PLOT.height - PLOT.bottom;
  const toX = (x: number) => PLOT.left + (x / mostX) * (WIDTH - PLOT.left - PLOT.right);
  const toY = (y: number) => bottom - (y / mostY) * (bottom - PLOT.top);
  const parts: string[] = [];
  for (let step = 0; step <= STEPS; step += 1) {
    const [x, y] = [(mostX * step) / STEPS, (mostY * step) / STEPS];
    const kind = step === 0 ? 'axis' : 'grid';
    parts.push(
      `<line class="${kind}" x1="${PLOT.left}" x2="${WIDTH - PLOT.right}" y1="${fixed(toY(y))}" y2="${fixed(toY(y))}"/>`,
      text(PLOT.left - 8, toY(y) + 4, shown(y), 'end'),
      text(toX(x), bottom + 18, shown(x), 'middle'),
    );
  }
  for (const [index, { label, points, foreign }] of lines.entries()) {
    const kind = foreign === true ? 'foreign' : 'own';
    const path = points.map(([x, y]) => `${fixed(toX(x))},${fixed(toY(y))}`).join(' ');
    const y = PLOT.top + 16 + index * 20;
    parts.push(
      `<polyline class="${kind}" points="${path}" style="fill:none"/>`,
      `<rect class="${kind}" x="${PLOT.left + 12}" y="${y - 8}" width="14" height="4"/>`,
      text(PLOT.left + 32, y - 2, label, 'start'),
    );
  }
  if (limit !== undefined) {
    const y = fixed(toY(limit));
    parts.push(
      `<line class="limit" x1="${PLOT.left}" x2="${WIDTH - PLOT.right}" y1="${y}" y2="${y}"/>`,
      text(WIDTH - PLOT.right - 4, toY(limit) - 6, `bar ${shown(limit)}`, 'end'),
    );
  }
  parts.push(
    text((PLOT.left + WIDTH - PLOT.right) / 2, PLOT.height - 10, xTitle, 'middle'),
    text(PLOT.left - 8, PLOT.top - 10, yTitle, 'end'),
  );
  return document(title, PLOT.height, parts);
}

/** The next 1, 2, 2.5, 5 or 10 times a power of ten: steps of a fifth are then short numbers. */
export function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 2.5, 5].find((step) => step * power >= value) ?? 10);
}

function document(title: string, height: number, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escape(title)}">`,
    STYLE,
    `<rect class="back" width="${WIDTH}" height="${height}" rx="6"/>`,
    `<text class="title" x="14" y="24">${escape(title)}</text>`,
    ...parts.filter((part) => part !== ''),
    '</svg>',
    '',
  ].join('\n');
}

function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}">${escape(content)}</text>`;
}

function shown(value: number): string {
  return Number(value.toPrecision(4)).toLocaleString('en', { maximumFractionDigits: 3 });
}

function fixed(value: number): string {
  return String(Number(value.toFixed(1)));
}

function escape(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
