import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { UsageError } from '../usage-error.ts';
import type { Flag } from './flag.ts';
import { FLAGS } from './flags.ts';

/** Where a value was given. What is written first wins. */
const LAYERS = ['flag', 'environment', 'file'] as const;
export type Layer = (typeof LAYERS)[number];

/** What a person gave for a flag. */
export interface Value {
  /** Lists are joined by commas. */
  readonly text: string;
  readonly layer: Layer;
  /** How messages name the place: `--NAP`, `NAP (environment)`, `NAP (.env)`. */
  readonly where: string;
}
export type Values = ReadonlyMap<string, Value>;

/** What commander makes of a flag: the text, `true` for a flag without value, or a list of texts. */
export type GivenFlags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/**
 * The values of all flags: the flag wins over the environment, the environment over the files, a
 * later file over an earlier one. An empty variable counts as absent. Throws a UsageError for an
 * empty flag and for a file that cannot be read.
 */
export function readValues(
  given: GivenFlags,
  environment: Readonly<Record<string, string | undefined>>,
  files: readonly string[],
): Values {
  const values = new Map<string, Value>();
  const contents = files.map((file) => ({ file, variables: readEnvFile(file) })).toReversed();
  for (const { name } of FLAGS) {
    const flag = flagText(name, given[name]);
    if (flag !== undefined) {
      values.set(name, { text: flag, layer: 'flag', where: `--${name}` });
      continue;
    }
    const variable = environment[name];
    // Node itself reads --env-file wherever it stands, and then the environment has its values too.
    const isOfFile = contents.some(({ variables }) => variables[name] === variable);
    if (isGiven(variable) && !isOfFile) {
      values.set(name, { text: variable, layer: 'environment', where: `${name} (environment)` });
      continue;
    }
    for (const { file, variables } of contents) {
      const text = variables[name];
      if (!isGiven(text) || values.has(name)) continue;
      values.set(name, { text, layer: 'file', where: `${name} (${file})` });
    }
  }
  return values;
}

/** How a message names a flag that may have been given in some other way. */
export function placeOf(values: Values, flag: Pick<Flag, 'name'>): string {
  return values.get(flag.name)?.where ?? `--${flag.name}`;
}

/** Whether `a` wins over `b`. */
export function isStronger(a: Layer, b: Layer): boolean {
  return LAYERS.indexOf(a) < LAYERS.indexOf(b);
}

function flagText(name: string, given: GivenFlags[string]): string | undefined {
  if (given === undefined) return undefined;
  const text = typeof given === 'object' ? given.join(',') : String(given);
  if (text.trim() === '') {
    throw new UsageError(`--${name} is empty. Give a value, or leave the flag out.`);
  }
  return text;
}

function isGiven(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== '';
}

function readEnvFile(file: string): Readonly<Record<string, string | undefined>> {
  try {
    return parseEnv(readFileSync(file, 'utf8').replace(/^\u{feff}/u, ''));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new UsageError(
      `--env-file: ${JSON.stringify(file)} cannot be read (${code}). Give the path of a file with lines NAME=value.`,
    );
  }
}
