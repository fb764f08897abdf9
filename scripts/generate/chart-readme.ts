import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { chartValues, type ChartValue } from './chart-values.ts';

const CHART = path.join(import.meta.dirname, '../../charts/institution-sync');
const START = '<!-- prettier-ignore-start -->\n';
const END = '<!-- prettier-ignore-end -->\n';
const INTRODUCTION =
  '<!-- Made from the comments of values.yaml by `npm run generate`. -->\n\n| value | default | meaning |\n| --- | --- | --- |\n';

const ValuesSchema = z.object({
  get properties() {
    return z.record(z.string(), ValuesSchema).optional();
  },
});

/** The values of the chart; a map is told value by value where the schema names its keys. */
export function documentedValues(): readonly ChartValue[] {
  const schema = ValuesSchema.parse(JSON.parse(read('values.schema.json')));
  return chartValues(read('values.yaml'), (value) => {
    let found: z.output<typeof ValuesSchema> | undefined = schema;
    for (const name of value.split('.')) found = found?.properties?.[name];
    return found?.properties !== undefined;
  });
}

/** The chart's README: its own words, and between two marks the table of values. */
export function chartReadme(): string {
  const [before, rest, ...others] = read('README.md').split(START);
  const [, after, ...more] = rest?.split(END) ?? [];
  if (before === undefined || after === undefined || others.length + more.length > 0) {
    throw new Error(`The README of the chart must have one ${START.trim()} and one ${END.trim()}`);
  }
  return before + START + INTRODUCTION + documentedValues().map(row).join('') + END + after;
}

function row({ path, comment, fallback }: ChartValue): string {
  return `| \`${path}\` | ${cell(shown(fallback))} | ${cell(comment)} |\n`;
}

function shown(fallback: unknown): string {
  if (fallback === undefined || fallback === null || fallback === '') return '';
  return `\`${typeof fallback === 'string' ? fallback : JSON.stringify(fallback)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`);
}

function read(file: string): string {
  return readFileSync(path.join(CHART, file), 'utf8');
}
