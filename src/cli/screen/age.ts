const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** How long ago or ahead a time is, as kubectl shows ages: `5m`, `3h`, `12d`; `-` for no time. */
export function age(time: string | undefined, now: number): string {
  const at = Date.parse(time ?? '');
  if (Number.isNaN(at)) return '-';
  const seconds = Math.round(Math.abs(now - at) / 1000);
  const [unit, size] = UNITS.find(([, size]) => seconds >= 2 * size) ?? ['s', 1];
  return `${Math.floor(seconds / size)}${unit}`;
}

/** When something is due: `in 5m`, or `due 4s ago` from then on until it has begun; `-` for no time. */
export function due(time: string | undefined, now: number): string {
  const text = distance(time, now);
  return text.endsWith('ago') ? `due ${text}` : text;
}

/** `5m ago` or `in 5m`; `-` for no time. */
export function distance(time: string | undefined, now: number): string {
  const text = age(time, now);
  if (text === '-') return text;
  return Date.parse(time ?? '') > now ? `in ${text}` : `${text} ago`;
}
