import { expect } from 'chai';
import type { Endpoint } from '../../../../src/auth0/pacing/endpoint.ts';
import { createPacer, type Pacer, type Permit } from '../../../../src/auth0/pacing/pacer.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

const never = new AbortController().signal;

function rate(limit: number, remaining: number, more: Readonly<Record<string, string>> = {}) {
  return new Headers({
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(remaining),
    ...more,
  });
}

function inSeconds(clock: VirtualClock, seconds: number): Readonly<Record<string, string>> {
  return { 'x-ratelimit-reset': String(Math.ceil(clock.now() / 1000) + seconds) };
}

describe('pacer', () => {
  let clock: VirtualClock;
  let pacer: Pacer;

  beforeEach(() => {
    clock = createVirtualClock();
    pacer = createPacer({ clock });
  });

  const acquire = (endpoint: Endpoint = 'organizationWrites', share = 1): Promise<Permit> =>
    clock.run(pacer.acquire(endpoint, share, never));

  /** One request that is answered at once; the milliseconds it had to wait. */
  async function request(
    status: number,
    headers: Headers,
    endpoint: Endpoint = 'organizationWrites',
    share = 1,
  ): Promise<number> {
    const asked = clock.now();
    const permit = await acquire(endpoint, share);
    const waited = clock.now() - asked;
    permit.answered(status, headers);
    return waited;
  }

  it('lets the first request go at once, and no second before its answer', async () => {
    const first = await acquire();
    let second = false;
    const waiting = pacer.acquire('organizationWrites', 1, never).then((permit) => {
      second = true;
      return permit;
    });
    await clock.run(clock.sleep(60_000, never));
    expect(second).to.equal(false);

    first.answered(200, rate(5, 4));
    await clock.run(waiting);

    expect(second).to.equal(true);
  });

  it('gives leave in the order of asking', async () => {
    const order: number[] = [];
    const all = [0, 1, 2, 3, 4, 5, 6].map(async (number) => {
      const permit = await pacer.acquire('organizationWrites', 1, never);
      order.push(number);
      permit.answered(200, rate(5, 2));
    });

    await clock.run(Promise.all(all));

    expect(order).to.deep.equal([0, 1, 2, 3, 4, 5, 6]);
  });

  it('does not let one endpoint wait for another', async () => {
    await request(200, rate(5, 0));
    void pacer.acquire('organizationWrites', 1, never);

    expect(await request(200, rate(10, 9), 'list')).to.equal(0);
  });

  it('ends a wait at once with the reason of the signal, and goes on with the others', async () => {
    await request(200, rate(5, 1));
    const stop = new AbortController();
    const stopped = pacer.acquire('organizationWrites', 1, stop.signal);
    const next = pacer.acquire('organizationWrites', 1, never);
    const before = clock.now();
    stop.abort(new Error('stopped'));

    const error = await stopped.catch((reason: unknown) => reason);

    expect(error).to.have.property('message', 'stopped');
    expect(clock.now()).to.equal(before);
    await clock.run(next);
  });

  it('starts nothing for a signal that is aborted already', async () => {
    const error = await pacer
      .acquire('list', 1, AbortSignal.abort(new Error('stopped')))
      .catch((reason: unknown) => reason);

    expect(error).to.have.property('message', 'stopped');
    expect(await request(200, rate(5, 4), 'list')).to.equal(0);
  });

  it('takes back what was not sent', async () => {
    await request(200, rate(5, 4));
    for (let count = 0; count < 20; count += 1) (await acquire()).cancelled();

    expect(clock.now() - createVirtualClock().now()).to.be.below(1000);
  });

  it('counts a request whose answer was lost', async () => {
    for (let left = 4; left >= 2; left -= 1) await request(200, rate(5, left));
    (await acquire()).lost();
    const lostAt = clock.now();

    await acquire();

    expect(clock.now() - lostAt).to.be.above(1000);
  });

  it('waits after a 429 until the reset that it names, and no longer than a moment more', async () => {
    await request(200, rate(5, 4));
    await request(429, rate(5, 0, inSeconds(clock, 7)));
    const asked = clock.now();

    await request(200, rate(5, 4));

    expect(clock.now() - asked).to.be.within(6_000, 12_000);
  });

  it('waits after a 429 as long as Retry-After says', async () => {
    await request(200, rate(5, 4));
    await request(429, rate(5, 0, { 'retry-after': '30' }));

    expect(await request(200, rate(5, 4))).to.be.within(30_000, 31_000);
  });

  it('waits longer each time when a 429 says nothing of when', async () => {
    await request(200, new Headers());
    const waits: number[] = [];
    for (let count = 0; count < 9; count += 1) {
      waits.push(await request(429, new Headers()));
    }

    expect(waits[6]).to.be.above(2 * waits[4]!);
    expect(waits[8]).to.be.within(29_000, 31_000);
  });

  it('never fails on 429s, and is back to its pace after them', async () => {
    await request(200, rate(5, 4));
    for (let count = 0; count < 30; count += 1) {
      await request(429, rate(5, 0, { 'retry-after': '1' }));
    }
    await request(200, rate(5, 4));

    expect(await request(200, rate(5, 3))).to.be.below(3_000);
  });

  it('pauses all endpoints when a bucket with tokens refuses, longer while it repeats', async () => {
    await request(200, rate(5, 4));
    await request(200, rate(10, 9), 'list');
    await request(429, rate(5, 4));

    expect(await request(429, rate(10, 9), 'list')).to.be.within(950, 1100);
    expect(await request(200, rate(10, 9), 'list')).to.be.within(1950, 2100);
  });

  it('pauses all endpoints when a 429 tells of another bucket than the endpoint has', async () => {
    await request(200, rate(5, 4));
    await request(200, rate(10, 9), 'list');
    await request(429, rate(50, 0, inSeconds(clock, 5)));

    expect(await request(200, rate(10, 9), 'list')).to.be.within(4_000, 6_100);
    expect(pacer.remaining().get('organizationWrites')).to.equal(4);
  });

  it('pauses all endpoints when a 429 has no headers and others had', async () => {
    await request(200, rate(5, 4));
    await request(429, new Headers());

    expect(await request(200, rate(10, 9), 'list')).to.be.within(950, 1100);
  });

  it('shares one bucket among all endpoints of the free plan', async () => {
    await request(200, rate(2, 1), 'list');

    expect(await request(200, rate(2, 1), 'byId')).to.be.within(300, 700);
    expect(await request(200, rate(2, 1), 'organizationWrites')).to.be.within(300, 700);
  });

  it('learns from the listing what to expect of the writes', async () => {
    await request(200, rate(10, 9), 'list');

    expect(pacer.estimate('organizationWrites', 150)).to.be.closeTo(60_000, 1);
  });

  it('tells what the endpoints last had left', async () => {
    await request(200, rate(5, 3));
    await request(200, rate(10, 8), 'list');

    expect([...pacer.remaining()]).to.have.deep.members([
      ['organizationWrites', 3],
      ['list', 8],
    ]);
  });

  it('estimates by the rate, what is left now, and the share', async () => {
    await request(200, rate(10, 9), 'list');
    await request(200, rate(5, 4));

    expect(pacer.estimate('organizationWrites', 3)).to.equal(0);
    expect(pacer.estimate('organizationWrites', 153)).to.be.closeTo(60_000, 100);
    expect(pacer.estimate('organizationWrites', 151.5, 0.5)).to.be.closeTo(120_000, 500);
  });

  it('leaves no timer behind', async () => {
    await request(200, rate(5, 1));
    const stop = new AbortController();
    const waiting = pacer.acquire('organizationWrites', 1, stop.signal);
    stop.abort();
    await waiting.catch(() => undefined);

    const idle = clock.run(new Promise(() => undefined));

    expect(await idle.catch((error: unknown) => error)).to.have.property(
      'message',
      'Nothing is left to wait for.',
    );
  });
});
