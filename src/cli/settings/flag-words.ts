import { FLAGS } from './flags.ts';

/**
 * Fields of the resource that messages of the engine name. A command's user knows
 * them as flags.
 */
const PATHS = FLAGS.flatMap(({ path, name }) =>
  path === undefined ? [] : [{ path, name }],
).filter(({ path }) => path.includes('.'));

/** A message of the engine with flags in place of the resource's fields. */
export function inFlagWords(message: string): string {
  return PATHS.reduce((text, { path, name }) => text.replaceAll(path, `--${name}`), message);
}
