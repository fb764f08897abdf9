import { parseDuration } from '../../api/duration.ts';
import type { Flag } from './flag.ts';

/**
 * What a flag's text stands for in the resource: a number, a boolean, a list, a duration such as
 * `1800s`. What cannot be read stays a text, for the schema to refuse, or is told in `problem`.
 */
export function readText(
  flag: Flag,
  text: string,
): { readonly value: unknown } | { readonly problem: string } {
  const trimmed = text.trim();
  switch (flag.kind) {
    case 'number':
      return isWholeNumber(trimmed)
        ? { value: Number(trimmed) }
        : { problem: 'must be a whole number' };
    case 'boolean': {
      const word = trimmed.toLowerCase();
      if (word === 'true' || word === 'false') return { value: word === 'true' };
      return { problem: 'must be true or false' };
    }
    case 'limit':
      return { value: isWholeNumber(trimmed) ? Number(trimmed) : trimmed };
    case 'list':
      return { value: readList(text) };
    case 'time':
      return readTime(trimmed);
    case 'text':
      return { value: trimmed };
    case 'secret':
      return { value: text };
    default:
      return flag.kind satisfies never;
  }
}

/** The items of a comma-separated list, without empty ones. */
export function readList(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** The bounds of the resource's durations; in its own notation milliseconds would be too long. */
const SHORTEST_MS = parseDuration('1s');
const LONGEST_MS = parseDuration('8760h');
const TIME_PROBLEM =
  'must be milliseconds such as 1800000, or a duration such as 30m; from 1s to 8760h';

function readTime(text: string): { readonly value: string } | { readonly problem: string } {
  const ms = isWholeNumber(text) ? Number(text) : durationMs(text);
  if (ms === undefined || ms < SHORTEST_MS || ms > LONGEST_MS) return { problem: TIME_PROBLEM };
  return { value: isWholeNumber(text) ? `${ms / 1000}s` : text };
}

function durationMs(text: string): number | undefined {
  try {
    return parseDuration(text);
  } catch {
    return undefined;
  }
}

function isWholeNumber(text: string): boolean {
  return /^\d{1,15}$/.test(text);
}
