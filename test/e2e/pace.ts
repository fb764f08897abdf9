import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerOptions } from '../sandbox/server.ts';

/** Lets a sandbox answer writes one after another, so that a sync lasts while something happens. */
export interface Pace {
  /** The sandbox's hook. */
  readonly onRequest: NonNullable<ServerOptions['onRequest']>;
  /** From now on, this many milliseconds lie between two writes. */
  slow(betweenMs: number): void;
  /** Writes wait no more, also those that do already. */
  open(): void;
}

export function openPace(): Pace {
  let between = 0;
  let opened = new AbortController();
  let last = Promise.resolve();

  return {
    async onRequest({ method }) {
      if (method === 'GET' || between === 0) return;
      last = last.then(() => sleep(between, undefined, { signal: opened.signal })).catch(() => {});
      await last;
    },
    slow(betweenMs) {
      between = betweenMs;
      opened = new AbortController();
    },
    open() {
      between = 0;
      opened.abort();
    },
  };
}
