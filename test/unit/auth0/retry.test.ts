import { expect } from 'chai';
import { Fault } from '../../../src/api/fault.ts';
import { retrying, Transient } from '../../../src/auth0/retry.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';

const { signal: never } = new AbortController();
const DAY = 86_400_000;

function transient(message: string, throttledMs?: number): Transient {
  return new Transient(new Fault('TargetUnavailable', message), throttledMs);
}

/** Runs `attempt` on the clock until it has settled; how it ended, and when each attempt began. */
async function run(
  attempt: (number: number, clock: ManualClock) => Promise<unknown>,
  random = 1,
): Promise<{ readonly outcome: unknown; readonly began: readonly number[] }> {
  const clock = createManualClock(0);
  const began: number[] = [];
  const work = retrying(
    () => {
      began.push(clock.now());
      return attempt(began.length, clock);
    },
    { clock, random: () => random },
    never,
  );
  let outcome: unknown;
  work.then(
    (value) => (outcome = value),
    (error: unknown) => (outcome = error),
  );
  await clock.pass(DAY);
  return { outcome, began };
}

describe('auth0: retries', () => {
  it('end with the first success', async () => {
    const { outcome, began } = await run(async (number) => {
      if (number < 4) throw transient('no');
      return 'yes';
    });
    expect(outcome).to.equal('yes');
    expect(began).to.deep.equal([0, 500, 1_500, 3_500]);
  });

  it('end after seven attempts with the last fault, within 32 seconds of waiting', async () => {
    const { outcome, began } = await run((number) => Promise.reject(transient(`no. ${number}`)));
    expect(outcome).to.be.instanceOf(Fault).and.to.include({ message: 'no. 7' });
    expect(began).to.deep.equal([0, 500, 1_500, 3_500, 7_500, 15_500, 31_500]);
    const shortest = await run(() => Promise.reject(transient('no')), 0);
    expect(shortest.began.at(-1)).to.equal(15_750);
  });

  it('end within three minutes when each attempt takes all of its time', async () => {
    const { outcome, began } = await run(async (_number, clock) => {
      await clock.sleep(20_000, never);
      throw transient('hang');
    });
    expect(outcome).to.be.instanceOf(Fault);
    expect(began).to.have.length.above(5);
    expect((began.at(-1) ?? 0) + 20_000).to.be.below(180_000);
  });

  it('end two minutes after the first failure when attempts are long', async () => {
    const { outcome, began } = await run(async (_number, clock) => {
      await clock.sleep(50_000, never);
      throw transient('slow');
    });
    expect(outcome).to.be.instanceOf(Fault);
    expect(began).to.deep.equal([0, 50_500, 101_500, 153_500]);
  });

  it('do not count what an attempt waited before it first failed', async () => {
    const { outcome, began } = await run(async (number, clock) => {
      if (number === 1) await clock.sleep(600_000, never);
      if (number < 3) throw transient('no');
      return 'yes';
    });
    expect(outcome).to.equal('yes');
    expect(began).to.deep.equal([0, 600_500, 601_500]);
  });

  it('wait for a rate limit as long as it says, however often, and call it no failure', async () => {
    const { outcome, began } = await run(async (number) => {
      if (number <= 50) throw transient('429', 60_000);
      if (number < 57) throw transient('no');
      if (number === 57) throw transient('429', 60_000);
      return 'yes';
    });
    expect(outcome).to.equal('yes');
    expect(began[50]).to.equal(50 * 60_000);
    expect(began).to.have.length(58);
  });

  it('do not repeat what is no passing failure', async () => {
    const error = new Fault('AuthenticationFailed', 'no');
    const { outcome, began } = await run(() => Promise.reject(error));
    expect(outcome).to.equal(error);
    expect(began).to.have.length(1);
  });

  it('end with the signal’s reason, but let an attempt under way finish', async () => {
    const clock = createManualClock();
    const reason = new Error('stop');
    const stop = new AbortController();
    const outcomes: unknown[] = [];
    const start = (attempt: () => Promise<unknown>) =>
      retrying(attempt, { clock, random: () => 1 }, stop.signal).then(
        (value) => outcomes.push(value),
        (error: unknown) => outcomes.push(error),
      );
    const works = [
      start(() => clock.sleep(100, never).then(() => 'finished')),
      start(() => clock.sleep(100, never).then(() => Promise.reject(transient('no')))),
      start(() => Promise.reject(transient('no'))),
      start(() => Promise.reject(transient('429', 60_000))),
    ];
    await clock.pass(50);
    stop.abort(reason);
    await clock.pass(0);
    expect(outcomes).to.deep.equal([reason, reason]);
    await clock.pass(50);
    await Promise.all(works);
    expect(outcomes).to.deep.equal([reason, reason, 'finished', reason]);
    let attempts = 0;
    await start(async () => (attempts += 1));
    expect(attempts).to.equal(0);
  });
});
