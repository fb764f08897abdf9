import { z } from 'zod';
import { apiServerRules } from './rules.ts';

const PERCENT = /^(100|[1-9]?[0-9])%$/;

/** The largest integer that Kubernetes' int-or-string holds. */
const MAX_COUNT = 2 ** 31 - 1;

const MESSAGE = 'must be a whole number such as 500, or a percentage from 0% to 100% such as 5%';

/** How many changes may be made without a person's approval. */
export interface Limit {
  readonly kind: 'count' | 'percent';
  readonly value: number;
}

/** The schema of a limit: a number of organizations, or a whole percentage such as `5%`. */
export function limitSchema() {
  const count = z.int(MESSAGE).min(0, MESSAGE).max(MAX_COUNT, MESSAGE);
  const percent = z.string().max(16, MESSAGE).regex(PERCENT, MESSAGE);
  return z.union([count, percent], MESSAGE).meta({
    'x-kubernetes-int-or-string': true,
    ...apiServerRules({
      rule: `type(self) == int ? self >= 0 : string(self).matches(r'${PERCENT.source}')`,
      message: MESSAGE,
    }),
  });
}

/** Throws a RangeError for what the schema refuses. */
export function parseLimit(value: number | string): Limit {
  if (typeof value === 'string') {
    if (PERCENT.test(value)) return { kind: 'percent', value: Number(value.slice(0, -1)) };
  } else if (Number.isInteger(value) && value >= 0 && value <= MAX_COUNT) {
    return { kind: 'count', value };
  }
  throw new RangeError(`"${value}" is not a limit such as 500 or 5%`);
}
