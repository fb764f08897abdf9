import type { Flag } from './flag.ts';

/** When, and how far. */
export const ROUND_FLAGS = [
  {
    name: 'NAP',
    kind: 'time',
    path: 'nap',
    value: 'ms',
    summary: 'repeat for ever, with this pause',
  },
  {
    name: 'MODE',
    kind: 'text',
    path: 'mode',
    value: 'word',
    summary: 'Enforce, or Plan: write nothing',
    choices: ['Enforce', 'Plan'],
    fallback: 'Enforce',
  },
  {
    name: 'DRIFT_INTERVAL',
    kind: 'time',
    path: 'driftInterval',
    value: 'ms',
    summary: 'the longest between full readings',
    fallback: '1h',
  },
  {
    name: 'APPROVE',
    kind: 'text',
    value: 'planHash',
    summary: 'release held changes of this hash',
  },
] as const satisfies readonly Flag[];
