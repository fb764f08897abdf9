/** Requests under way, and what to believe of answers to requests that were under way together. */
export interface Overlap {
  readonly size: number;
  /** When each request that is under way was sent, in that order. */
  sentTimes(): Iterable<number>;
  add(at: number): Sent;
  delete(sent: Sent): boolean;
  /**
   * How many requests were sent before this one and are still under way, and how many were sent after
   * it and answered before. To be called when it is answered, before `soberRemaining`.
   */
  disorder(sent: Sent): { readonly overtaken: number; readonly overtakers: number };
  /**
   * The tokens left once all requests sent by now are taken off but those under way, by this answer
   * (`remaining`, taken at `at`) and all others to requests that overlapped it.
   */
  soberRemaining(sent: Sent, remaining: number, at: number, rate: number): number;
}

/** A request that was sent. */
export interface Sent {
  readonly at: number;
  /** Its place among all sendings and answers; whole milliseconds would not tell. */
  readonly order: number;
  /** It followed the one before as soon as the bucket's model allowed. */
  readonly pressed: boolean;
}

interface Seen {
  readonly sentOrder: number;
  readonly order: number;
  readonly at: number;
  readonly remaining: number;
  /** Tokens left if all requests sent by then are taken off, plus the number of those. */
  readonly base: number;
}

/**
 * The server may take requests that are under way together in any order, and an answer may overtake
 * another, so the lowest of such answers counts: two answers "4 left" and "1 left" leave 1.
 */
export function createOverlap(isPressed: (sincePrevious: number) => boolean): Overlap {
  const underWay = new Set<Sent>();
  let count = 0;
  let events = 0;
  let lastAt = -Infinity;
  let seen: readonly Seen[] = [];

  return {
    get size() {
      return underWay.size;
    },
    *sentTimes() {
      for (const sent of underWay) yield sent.at;
    },
    add(at) {
      events += 1;
      const sent = { at, order: events, pressed: isPressed(at - lastAt) };
      underWay.add(sent);
      count += 1;
      lastAt = at;
      return sent;
    },
    delete: (sent) => underWay.delete(sent),
    disorder(sent) {
      let overtaken = 0;
      for (const other of underWay) if (other.order < sent.order) overtaken += 1;
      return {
        overtaken,
        overtakers: seen.filter((other) => other.sentOrder > sent.order).length,
      };
    },
    soberRemaining(sent, remaining, at, rate) {
      events += 1;
      const [oldest = sent] = underWay;
      const from = Math.min(oldest.order, sent.order);
      seen = seen.filter((other) => other.order > from);
      const answered = count - underWay.size;
      let least = remaining;
      let lowest = remaining;
      for (const other of seen) {
        if (other.order < sent.order) continue;
        least = Math.min(least, other.base - answered + rate * Math.max(0, at - other.at));
        lowest = Math.min(lowest, other.remaining);
      }
      seen = [
        ...seen,
        { sentOrder: sent.order, order: events, at, remaining, base: remaining + answered },
      ];
      // Whichever the server took last, it told no less than the lowest.
      return Math.max(least, lowest);
    },
  };
}
