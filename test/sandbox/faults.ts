import type { Call, Route } from './exchange.ts';
import type { FaultKind, FaultMatch, FaultName } from './fault-kinds.ts';

export interface FaultSwitch {
  /** The next `times` matching requests go wrong; Infinity is allowed. Earlier faults go first. */
  readonly fault: (match: string | FaultMatch, kind: FaultName | FaultKind, times?: number) => void;
  readonly clearFaults: () => void;
  /** The fault for this request, which is used up by asking. */
  take(call: Call, route: Route): FaultKind | undefined;
}

/** Faults in waiting. Which request meets which fault depends on order alone, never on chance. */
export function openFaultSwitch(): FaultSwitch {
  let waiting: { match: FaultMatch; kind: FaultKind; skip: number; left: number }[] = [];

  return {
    fault(match, kind, times = 1) {
      if (!(times > 0))
        throw new RangeError(`a fault must happen at least once, not ${times} times`);
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
