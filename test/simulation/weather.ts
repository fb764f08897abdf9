import type { Dice } from './dice.ts';
import { count, type Tally } from './tally.ts';

/** What becomes of one request. */
export type Fate =
  | 'ok'
  /** The connection is refused. */
  | 'refused'
  /** The connection breaks before the server has the request. */
  | 'lost'
  /** The server does as asked, and the connection breaks before the answer. */
  | 'unanswered'
  /** Nothing ever comes: the server did not, or did, get the request. */
  | 'hang'
  | 'hung'
  /** 5xx instead of the effect, or after it. */
  | 'error'
  | 'errorAfter'
  /** 429 without effect. */
  | 'throttled'
  /** 401 or 403 without reason. */
  | 'denied'
  /** An answer that cannot be read, after the effect. */
  | 'garbage';

/** How a service and the way to it behave for a while. */
export type Mode = 'fine' | 'flaky' | 'down' | 'slow' | 'silent' | 'erring' | 'garbling';

const MODES: Readonly<Record<Mode, number>> = {
  fine: 6,
  flaky: 6,
  down: 1.5,
  slow: 1,
  silent: 1,
  erring: 1.5,
  garbling: 1,
};

const FATES: Readonly<Record<Mode, Readonly<Partial<Record<Fate, number>>>>> = {
  fine: { ok: 1 },
  flaky: {
    ok: 30,
    refused: 1,
    lost: 2,
    unanswered: 3,
    hang: 0.5,
    hung: 0.7,
    error: 2,
    errorAfter: 2,
    throttled: 1,
    denied: 0.5,
    garbage: 2,
  },
  down: { refused: 8, lost: 1, error: 1 },
  slow: { ok: 1 },
  silent: { hang: 1, hung: 1, ok: 1 },
  erring: { error: 2, errorAfter: 1, throttled: 1, denied: 0.5, ok: 1 },
  garbling: { garbage: 2, ok: 1 },
};

export interface Weather {
  fate(): Fate;
  /** Milliseconds of one way. */
  latency(): number;
  set(mode: Mode): void;
  readonly mode: () => Mode;
}

/** The weather on the way to `service`, fine at first. */
export function openWeather(service: string, dice: Dice, tally: Tally): Weather {
  let mode: Mode = 'fine';
  return {
    fate() {
      if (mode === 'fine' || mode === 'slow') return 'ok';
      const fate = dice.weighted(FATES[mode] as Record<Fate, number>);
      if (fate !== 'ok') count(tally, `fault: ${service} ${fate}`);
      return fate;
    },
    // Never longer than the lease's margin between the renew deadline and the duration, 5 s.
    latency: () =>
      mode === 'slow'
        ? dice.between(200, 3500)
        : dice.chance(0.02)
          ? dice.between(80, 1500)
          : dice.between(1, 80),
    set(next) {
      if (next !== mode && next !== 'fine') count(tally, `fault: ${service} is ${next}`);
      mode = next;
    },
    mode: () => mode,
  };
}

export function someMode(dice: Dice): Mode {
  return dice.weighted(MODES);
}
