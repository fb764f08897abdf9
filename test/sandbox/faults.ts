import type { Call, Route } from './exchange.ts';

/**
 * Ways in which an exchange goes wrong. Those of the first group happen before the service sees the
 * request, so nothing changes in it; those of the second happen to its answer, after the effect.
 */
export type FaultKind =
  // Before the service.
  | { readonly kind: 'status'; readonly status: number; readonly body?: unknown }
  | { readonly kind: 'reset' | 'hang' | 'html' }
  | { readonly kind: 'redirect'; readonly location: string; readonly status?: number }
  | {
      /** 429; with `headers`, they ask to wait until `waitSeconds` from now (1 by default). */
      readonly kind: 'too-many-requests';
      readonly headers?: boolean;
      readonly waitSeconds?: number;
      readonly retryAfter?: string;
    }
  // After the effect.
  | { readonly kind: 'status-after-effect'; readonly status: number; readonly body?: unknown }
  | { readonly kind: 'lost-answer' | 'reset-after-headers' | 'hang-in-body' | 'cut-body' }
  | { readonly kind: 'garbage-json' | 'empty' | 'gzip' | 'repeat-page' | 'loop-cursor' }
  | { readonly kind: 'wrong-shape'; readonly body?: unknown }
  | { readonly kind: 'delay'; readonly ms: number };

/** Kinds that need no parameter may be named by their word alone. */
export type FaultName = Exclude<
  FaultKind['kind'],
  'status' | 'status-after-effect' | 'redirect' | 'delay'
>;

/** Which requests: all fields must hold. `'GET /path'` and `'*'` are short for the common ones. */
export interface FaultMatch {
  readonly method?: string;
  /** The path's template or the path itself. */
  readonly path?: string;
  readonly endpoint?: string;
  /** Query parameters that must have these values. */
  readonly query?: Readonly<Record<string, string>>;
  /** Lets this many matching requests pass first. */
  readonly skip?: number;
}

export interface FaultSwitch {
  /** The next `times` matching requests go wrong; Infinity is allowed. Earlier faults go first. */
  fault(match: string | FaultMatch, kind: FaultName | FaultKind, times?: number): void;
  clearFaults(): void;
  /** The fault for this request, which is used up by asking. */
  take(call: Call, route: Route): FaultKind | undefined;
}

/** Faults in waiting. Which request meets which fault depends on order alone, never on chance. */
export function openFaultSwitch(): FaultSwitch {
  let waiting: { match: FaultMatch; kind: FaultKind; skip: number; left: number }[] = [];

  return {
    fault(match, kind, times = 1) {
      if (!(times > 0)) throw new RangeError(`a fault must happen at least once, not ${times} times`);
      const exact = typeof match === 'string' ? parseMatch(match) : match;
      waiting.push({
        match: exact,
        kind: typeof kind === 'string' ? { kind } : kind,
        skip: exact.skip ?? 0,
        left: times,
      });
    },
    clearFaults() {
      waiting = [];
    },
    take(call, route) {
      for (const entry of waiting) {
        if (!applies(entry.match, call, route)) continue;
        if (entry.skip > 0) {
          entry.skip -= 1;
          continue;
        }
        entry.left -= 1;
        if (entry.left <= 0) waiting = waiting.filter((other) => other !== entry);
        return entry.kind;
      }
      return undefined;
    },
  };
}

function parseMatch(text: string): FaultMatch {
  if (text === '*') return {};
  const [method, path, more] = text.split(' ');
  if (!method || !path?.startsWith('/') || more !== undefined) {
    throw new TypeError(`a match is "METHOD /path" or "*", not "${text}"`);
  }
  return method === '*' ? { path } : { method, path };
}

function applies(match: FaultMatch, call: Call, route: Route): boolean {
  if (match.method !== undefined && match.method !== call.method) return false;
  if (match.path !== undefined && match.path !== route.template && match.path !== call.path) {
    return false;
  }
  if (match.endpoint !== undefined && match.endpoint !== route.endpoint) return false;
  return Object.entries(match.query ?? {}).every(([key, value]) => call.query.get(key) === value);
}
