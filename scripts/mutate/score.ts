import { z } from 'zod';

const Position = z.object({ line: z.int(), column: z.int() });

/** The part of Stryker's report that is read here. */
export const Report = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.string(),
      mutants: z.array(
        z.object({
          mutatorName: z.string(),
          replacement: z.string().optional(),
          status: z.string(),
          location: z.object({ start: Position, end: Position }),
        }),
      ),
    }),
  ),
});
export type Report = z.output<typeof Report>;

export interface Score {
  readonly mutants: number;
  /** Noticed by a test, or by never coming to an end. */
  readonly killed: number;
  /** One line each: where, what stood there, what stood in its place. */
  readonly survivors: readonly string[];
}

const KILLED: ReadonlySet<string> = new Set(['Killed', 'Timeout']);

/** What a report says, in numbers and lines. Mutants that do not even parse count for nothing. */
export function scoreOf({ files }: Report): Score {
  let mutants = 0;
  let killed = 0;
  const survivors: string[] = [];
  for (const [file, { source, mutants: ofFile }] of Object.entries(files)) {
    const lines = source.split('\n');
    for (const { status, location, mutatorName, replacement = '' } of ofFile) {
      if (status === 'CompileError' || status === 'Ignored') continue;
      mutants += 1;
      if (KILLED.has(status)) {
        killed += 1;
        continue;
      }
      const { start } = location;
      const before = lines[start.line - 1]?.slice(start.column - 1).trim();
      const where = `${file}:${start.line}:${start.column}`;
      survivors.push(`${where} ${mutatorName}: ${before} -> ${oneLine(replacement)}`);
    }
  }
  return { mutants, killed, survivors };
}

/** The share of mutants that were killed, in percent with one decimal. */
export function percent({ mutants, killed }: Pick<Score, 'mutants' | 'killed'>): string {
  return mutants === 0 ? '-' : `${((killed / mutants) * 100).toFixed(1)} %`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
