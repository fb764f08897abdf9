import { z } from 'zod';
import { apiServerRules, celMatches } from './rules.ts';

/** Durations as Kubernetes and Go write them, in the units that make sense here. */
const DURATION = /^([0-9]{1,9}(\.[0-9]{1,3})?(h|m|s|ms))+$/;
const PART = /([0-9]+)(?:\.([0-9]+))?(ms|h|m|s)/g;

const MICROSECONDS: Readonly<Record<string, number>> = { h: 3.6e9, m: 6e7, s: 1e6, ms: 1e3 };

const SHORTEST = '1s';
/** A year. To wait longer, suspend. */
const LONGEST = '8760h';
const MESSAGE = `must be a duration such as 30m, 1h30m or 90s, from ${SHORTEST} to ${LONGEST}`;

/** The schema of a duration between one second and a year, such as `30m`. */
export function durationSchema(): z.ZodString {
  const bounds = [SHORTEST, LONGEST].map((bound) => `duration('${bound}')`);
  return z
    .string()
    .max(32)
    .regex(DURATION, MESSAGE)
    .refine(isWithinBounds, MESSAGE)
    .meta(
      apiServerRules({
        rule: `${celMatches(DURATION)} && duration(self) >= ${bounds[0]} && duration(self) <= ${bounds[1]}`,
        message: MESSAGE,
      }),
    );
}

function isWithinBounds(text: string): boolean {
  if (!DURATION.test(text)) return false;
  const ms = parseDuration(text);
  return ms >= parseDuration(SHORTEST) && ms <= parseDuration(LONGEST);
}

/**
 * The milliseconds of a duration such as `30m`, `1h30m`, `1.5s` or `500ms`. Throws a RangeError for
 * anything else.
 */
export function parseDuration(text: string): number {
  if (!DURATION.test(text)) {
    throw new RangeError(`"${text}" is not a duration such as 30m, 1h30m, 90s or 500ms`);
  }
  let microseconds = 0;
  for (const [, whole = '', fraction = '', unit = ''] of text.matchAll(PART)) {
    // Three decimals of any unit are whole microseconds, so the sum is exact.
    const size = MICROSECONDS[unit] ?? 0;
    microseconds += Number(whole) * size + Number(fraction.padEnd(3, '0')) * (size / 1000);
  }
  return microseconds / 1000;
}

/** `ms` for people, in the same notation and to the second: `1h30m`; below a second `500ms`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return ms >= 0.5 ? `${Math.round(ms)}ms` : '0s';
  const seconds = Math.round(ms / 1000);
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const;
  return parts.map(([count, unit]) => (count > 0 ? `${count}${unit}` : '')).join('');
}
