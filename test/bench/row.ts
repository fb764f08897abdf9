/** One line of the benchmark's table. */
export interface Row {
  readonly what: string;
  readonly measured: number;
  readonly unit: string;
  /** The most that is good; undefined for a figure that has no bar. */
  readonly bar: number | undefined;
}

/** The table for people, one row a line. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map(({ what, measured, unit, bar }) => [
    what,
    `${round(measured)} ${unit}`.trim(),
    bar === undefined ? '' : `at most ${bar} ${unit}`.trim(),
    bar === undefined ? '' : measured <= bar ? 'met' : 'MISSED',
  ]);
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

function round(value: number): number {
  return Number(value.toPrecision(4));
}
