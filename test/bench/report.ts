// The figures in docs/: `node test/bench/report.ts` writes the tables and charts anew from them.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { charts } from './charts.ts';
import { PUBLISHED } from './published.ts';
import { cellsOf, isMet, type Result } from './row.ts';

const FIGURES = new URL('../../docs/benchmarks/figures.json', import.meta.url);
const PAGE = new URL('../../docs/benchmarks.md', import.meta.url);
const SCALE_PAGE = new URL('../../docs/scale.md', import.meta.url);

export interface Figures {
  readonly machine: string;
  /** The latest result of each benchmark. */
  readonly results: readonly Result[];
}

/** Processors, memory, system and Node of this machine, in one line. */
export function describeMachine(): string {
  const [first] = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} cores of ${first?.model.trim()}, ${gigabytes} GB, ${process.platform} ${release()}, Node ${process.versions.node}`;
}

export async function readFigures(): Promise<Figures | undefined> {
  const text = await readFile(FIGURES, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Figures);
}

/** Puts these results in place of those of the same benchmarks, and keeps the others. */
export async function keepResults(machine: string, results: readonly Result[]): Promise<Figures> {
  const before = (await readFigures())?.results ?? [];
  const others = before.filter(({ bench }) => results.every((each) => each.bench !== bench));
  const order = [...before.map(({ bench }) => bench), ...results.map(({ bench }) => bench)];
  const kept = [...others, ...results].toSorted(
    (a, b) => order.indexOf(a.bench) - order.indexOf(b.bench),
  );
  const figures = { machine, results: kept };
  await mkdir(new URL('.', FIGURES), { recursive: true });
  await writeFile(FIGURES, await pretty(JSON.stringify(figures), FIGURES));
  return figures;
}

/** The files that follow from the figures, by their paths below docs/. */
export async function reportFiles(figures: Figures): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const url of [PAGE, SCALE_PAGE]) {
    const page = await readFile(url, 'utf8');
    files.set(pathOf(url), await pretty(fill(page, figures), url));
  }
  for (const [name, svg] of charts(figures.results)) files.set(`benchmarks/${name}.svg`, svg);
  return files;
}

export async function writeReport(figures: Figures): Promise<void> {
  for (const [name, content] of await reportFiles(figures)) {
    await writeFile(new URL(`../../docs/${name}`, import.meta.url), content);
  }
}

function pathOf(url: URL): string {
  return url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
}

/** Fills what is between `<!-- figures NAMES -->` and `<!-- /figures -->`. */
export function fill(page: string, { machine, results }: Figures): string {
  return page.replaceAll(
    /(<!-- figures ([^>]*?) -->\n)[^]*?(<!-- \/figures -->)/g,
    (_whole, open: string, names: string, close: string) =>
      `${open}\n${section(names.split(' '), machine, results)}\n\n${close}`,
  );
}

function section(names: readonly string[], machine: string, results: readonly Result[]): string {
  const [name = ''] = names;
  if (name === 'machine') return `Machine: ${machine}.`;
  if (name === 'published') return published();
  if (name === 'verdict') return verdict(results);
  const chosen = names.flatMap((each) => results.filter(({ bench }) => bench === each));
  if (chosen.length === 0) return 'Not measured on this machine.';
  return [...tableOf(chosen), '', ...notesOf(chosen)].join('\n');
}

function verdict(results: readonly Result[]): string {
  const rows = results.flatMap(({ rows }) => rows).filter(({ bar }) => bar !== undefined);
  const missed = rows.filter((row) => !isMet(row));
  const met = `${rows.length - missed.length} of ${rows.length} bars are met.`;
  if (missed.length === 0) return met;
  return [met, 'Missed:', '', ...missed.map((row) => `- ${row.what}: ${cellsOf(row)[0]}`)].join(
    '\n',
  );
}

function tableOf(results: readonly Result[]): readonly string[] {
  return [
    '| what | measured | bar | |',
    '| --- | --- | --- | --- |',
    ...results
      .flatMap(({ rows }) => rows)
      .map((row) => `| ${[row.what, ...cellsOf(row)].map(cell).join(' | ')} |`),
  ];
}

/** One line for the results that were scaled in the same way. */
function notesOf(results: readonly Result[]): readonly string[] {
  const scaled = [...new Set(results.map((result) => result.scaled))];
  const days = [...new Set(results.map(({ date }) => date.slice(0, 10)))].toSorted();
  const loads = results.flatMap(({ load }) => load);
  const range = `${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}`;
  return [
    `Scaled: ${scaled.join(' ')}`,
    '',
    `Measured on ${days.join(', ')}; load average of the machine ${range}.`,
  ];
}

function published(): string {
  return [
    '| tool | what | published, not measured here |',
    '| --- | --- | --- |',
    ...PUBLISHED.map(({ who, what, figure }) => `| ${who} | ${what} | ${figure} |`),
  ].join('\n');
}

function cell(content: string): string {
  return content.replaceAll('|', '\\|');
}

async function pretty(content: string, url: URL): Promise<string> {
  const filepath = fileURLToPath(url);
  return format(content, { ...(await resolveConfig(filepath)), filepath });
}

if (import.meta.main) {
  const figures = await readFigures();
  if (figures !== undefined) await writeReport(figures);
}
