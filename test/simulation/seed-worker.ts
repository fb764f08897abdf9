import { parentPort, type MessagePort } from 'node:worker_threads';
import { simulate, type Outcome } from './simulate.ts';

/** What a thread tells of one seed. */
export interface SeedResult extends Pick<Outcome, 'seed' | 'steps' | 'fingerprint' | 'virtualMs'> {
  /** What was violated, in words. */
  readonly violation: string | undefined;
  readonly tally: ReadonlyMap<string, number>;
}

/** Plays one seed and keeps what can be sent between threads. */
export async function playSeed(seed: number): Promise<SeedResult> {
  const { violation, steps, fingerprint, virtualMs, tally } = await simulate(seed);
  return { seed, steps, fingerprint, virtualMs, tally, violation: violation?.message };
}

async function answer(port: MessagePort, seed: number): Promise<void> {
  port.postMessage(await playSeed(seed), []);
}

const port = parentPort;
port?.on('message', (seed: number) => void answer(port, seed));
