import { setTimeout as sleep } from 'node:timers/promises';

export interface Probe {
  /** Ends it and tells the longest time in milliseconds that an answer took. */
  stop(): Promise<number>;
}

const PAUSE_MS = 20;

/** Asks for the health of a process again and again, as a kubelet would, only far more often. */
export function probeHealth(url: string): Probe {
  let slowestMs = 0;
  const end = new AbortController();

  async function run(): Promise<void> {
    while (!end.signal.aborted) {
      const askedAt = performance.now();
      const answer = await fetch(url);
      await answer.text();
      if (!answer.ok) throw new Error(`the probe was answered ${answer.status}`);
      slowestMs = Math.max(slowestMs, performance.now() - askedAt);
      await sleep(PAUSE_MS);
    }
  }

  const done = run();
  // Told by whoever stops it.
  done.catch(() => {});
  return {
    async stop() {
      end.abort();
      await done;
      return slowestMs;
    },
  };
}
