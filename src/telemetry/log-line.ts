import { type Plain, redact, redactText } from './redact.ts';
import type { Secrets } from './secrets.ts';

/** What a line of the log tells. */
export interface Entry {
  /** Milliseconds since the Unix epoch. */
  readonly time: number;
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * What could forge lines, move a terminal's cursor or turn the order of letters: control characters,
 * line and paragraph separators, and direction marks.
 */
const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** `{"time":…,"level":…,"message":…, …fields}`; a field of one of these names gets `_` behind it. */
export function jsonLine(entry: Entry, secrets: Secrets): string {
  const { message, fields } = shown(entry, secrets);
  const line: Record<string, Plain> = {
    time: new Date(entry.time).toISOString(),
    level: entry.level,
    message,
  };
  for (const [key, value] of fields) line[Object.hasOwn(line, key) ? `${key}_` : key] = value;
  return escape(JSON.stringify(line));
}

/** `12:34:56 INFO  message key=value …`, in UTC. */
export function prettyLine(entry: Entry, secrets: Secrets): string {
  const { message, fields } = shown(entry, secrets);
  const time = new Date(entry.time).toISOString().slice(11, 19);
  const parts = [time, entry.level.toUpperCase().padEnd(5), message];
  for (const [key, value] of fields) {
    const plain = typeof value === 'string' && /^[^\s"=]+$/.test(value);
    parts.push(`${key}=${plain ? value : JSON.stringify(value)}`);
  }
  return escape(parts.join(' '));
}

function shown(
  { message, fields }: Entry,
  secrets: Secrets,
): { readonly message: string; readonly fields: readonly (readonly [string, Plain])[] } {
  const plain = redact(fields, secrets);
  const isObject = typeof plain === 'object' && plain !== null && !Array.isArray(plain);
  return {
    message: redactText(message, secrets),
    fields: isObject ? Object.entries(plain) : [],
  };
}

/** As JSON writes such characters, so that a line of JSON keeps its meaning. */
function escape(line: string): string {
  return line.replace(UNSAFE, (unsafe) => {
    const unit = unsafe.charCodeAt(0).toString(16).padStart(4, '0');
    return `\\u${unit}`;
  });
}
