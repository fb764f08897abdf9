import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import type { HeldLease } from '../../../src/kubernetes/held-lease.ts';
import { KubernetesError } from '../../../src/kubernetes/kubernetes-error.ts';
import { acquireLease } from '../../../src/kubernetes/lease.ts';
import { createLeaseServer, type LeaseServer, type Passage } from './lease-server.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';
import { createRecordedLog } from './recorded-log.ts';

const STEP_MS = 250;

/** One process: it contends, holds, and contends again when it has lost. */
interface Contender {
  holds(): boolean;
  /** As SIGSTOP and SIGCONT do: its clock goes on, but nothing in it runs. */
  stopped: boolean;
  network: 'good' | 'away' | 'answers lost' | 'slow';
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

function startContender(
  identity: string,
  skewMs: number,
  { clock, server }: { clock: ManualClock; server: LeaseServer },
): Contender {
  const stop = new AbortController();
  let held: HeldLease | undefined;

  async function whileStopped(): Promise<void> {
    while (contender.stopped && !stop.signal.aborted) await clock.sleep(STEP_MS, stop.signal);
  }

  const fault = new KubernetesError('ECONNRESET', 'away', { transient: true });
  const passage: Passage = {
    async request(signal) {
      await whileStopped();
      if (contender.network === 'slow') await clock.sleep(3000, signal);
      if (contender.network === 'away') throw fault;
    },
    async answer(signal) {
      if (contender.network === 'slow') await clock.sleep(1500, signal);
      await whileStopped();
      if (contender.network === 'answers lost') throw fault;
    },
  };

  async function run(): Promise<void> {
    for (;;) {
      held = await acquireLease(
        {
          access: server.access(passage),
          namespace: 'n',
          name: 'l',
          identity,
          clock: {
            now: () => clock.now() + skewMs,
            async sleep(ms, signal) {
              await clock.sleep(ms, signal);
              await whileStopped();
            },
          },
          monotonic: () => clock.now(),
          random: () => 0.5,
          log: createRecordedLog(),
        },
        stop.signal,
      );
      while (held.isHeld()) await clock.sleep(STEP_MS, stop.signal);
    }
  }

  const contender: Contender = {
    holds: () => held?.isHeld() ?? false,
    stopped: false,
    network: 'good',
    stop,
    ended: run().catch(() => held?.release(AbortSignal.abort())),
  };
  return contender;
}

const fate = fc.record({
  contender: fc.nat(2),
  stopped: fc.boolean(),
  network: fc.constantFrom('good', 'good', 'away', 'answers lost', 'slow'),
  forMs: fc.integer({ min: 1000, max: 20_000 }),
});

describe('contenders for one lease', () => {
  it('never hold it together, and never leave it for long when all is well', async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fate, { maxLength: 12 }),
        fc.array(fc.integer({ min: -1e7, max: 1e7 }), { minLength: 3, maxLength: 3 }),
        async (fates, skews) => {
          const world = { clock: createManualClock(), server: createLeaseServer() };
          const contenders = skews.map((skew, i) => startContender(`c${i}`, skew, world));

          async function pass(ms: number): Promise<void> {
            for (let left = ms; left > 0; left -= STEP_MS) {
              world.clock.advance(STEP_MS);
              await turn();
              const holders = contenders.filter((contender) => contender.holds());
              expect(holders).to.have.length.at.most(1);
            }
          }

          for (const { contender, stopped, network, forMs } of fates) {
            const one = contenders[contender];
            if (one !== undefined) Object.assign(one, { stopped, network });
            await pass(forMs);
          }
          for (const one of contenders) Object.assign(one, { stopped: false, network: 'good' });
          await pass(20_000);
          expect(contenders.filter((one) => one.holds())).to.have.length(1);

          for (const one of contenders) one.stop.abort();
          await Promise.all(contenders.map((one) => one.ended));
          expect(world.clock.sleepers()).to.equal(0);
        },
      ),
      { seed: 4, numRuns: 100 },
    );
  });
});
