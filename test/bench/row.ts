/** One figure of the benchmark. */
export interface Row {
  readonly what: string;
  readonly measured: number;
  /** Empty for a ratio. */
  readonly unit: string;
  /** The most that is good; undefined for a figure that has no bar. */
  readonly bar: number | undefined;
}

/** What one benchmark found, and under which circumstances. */
export interface Result {
  /** As `--only` takes it. */
  readonly bench: string;
  readonly title: string;
  /** What was made smaller or faster than in reality, and what not. */
  readonly scaled: string;
  /** ISO 8601, when it began. */
  readonly date: string;
  readonly seconds: number;
  /** Processes that wanted a processor, averaged over the last minute, before and after. */
  readonly load: readonly [number, number];
  readonly rows: readonly Row[];
  /** For charts: named series of points. */
  readonly series?: Readonly<Record<string, readonly Point[]>>;
}

export type Point = readonly [x: number, y: number];

/** What a benchmark gives back; the rest of a `Result` is the runner's. */
export type Findings = Pick<Result, 'rows' | 'series'>;

export function isMet({ measured, bar }: Row): boolean {
  return bar === undefined || measured <= bar;
}

/** Of a row: what was measured, the bar, and whether it is met. */
export function cellsOf(row: Row): readonly [measured: string, bar: string, verdict: string] {
  const { measured, unit, bar } = row;
  return [
    `${round(measured)} ${unit}`.trim(),
    bar === undefined ? '' : `at most ${bar} ${unit}`.trim(),
    bar === undefined ? '' : isMet(row) ? 'met' : 'MISSED',
  ];
}

/** The table for people, one row a line. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [row.what, ...cellsOf(row)]);
  const head = ['what', 'measured', 'bar', ''];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...cells.map(line)].join(
    '\n',
  );
}

/** Four significant digits, and no more than whole numbers from a thousand on. */
export function round(value: number): number {
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4));
}

/** The value in the middle; of an even number of values the upper one. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
