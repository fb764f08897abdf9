import type { EventFacts } from './events.ts';

/** An event that was written and may happen again. */
export interface KnownEvent {
  /** The name of its object in the API. */
  readonly name: string;
  /** How often it happened so far. */
  readonly count: number;
  /** When it happened last, in epoch milliseconds. */
  readonly lastAt: number;
}

/** The events of the last hour, so that one that happens again is not written as another one. */
export interface EventSeries {
  /** The event that tells the same, unless the API server may have forgotten it. */
  find(facts: EventFacts, now: number): KnownEvent | undefined;
  remember(facts: EventFacts, event: KnownEvent): void;
  forget(facts: EventFacts): void;
}

/** The API server keeps events for an hour by default (`--event-ttl`) after they were written last. */
const KEPT_MS = 3_600_000;
/** Notes have up to 1 KiB: at most 1 MiB altogether. */
const MOST = 1024;

export function createEventSeries(): EventSeries {
  // In the order of `lastAt`.
  const known = new Map<string, KnownEvent>();
  return {
    find(facts, now) {
      for (const [key, { lastAt }] of known) {
        if (now - lastAt < KEPT_MS) break;
        known.delete(key);
      }
      return known.get(keyOf(facts));
    },
    remember(facts, event) {
      const key = keyOf(facts);
      known.delete(key);
      known.set(key, event);
      const [oldest] = known.keys();
      if (known.size > MOST && oldest !== undefined) known.delete(oldest);
    },
    forget(facts) {
      known.delete(keyOf(facts));
    },
  };
}

/** All that cannot change in an event of the API. */
function keyOf({ regarding, type, reason, action, note }: EventFacts): string {
  return JSON.stringify([regarding.uid, type, reason, action, note]);
}
