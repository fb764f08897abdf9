import { expect } from 'chai';
import { Fault } from '../../../src/api/fault.ts';
import type { Credentials } from '../../../src/auth0/credentials.ts';
import type { Fetch } from '../../../src/auth0/fetch.ts';
import { openTokenSource } from '../../../src/auth0/token.ts';
import { createManualClock, settle } from './manual-clock.ts';

const { signal: never } = new AbortController();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Pending {
  readonly init: Parameters<Fetch>[1];
  grant(life?: number, more?: object): Promise<void>;
  answer(status: number, body: unknown): Promise<void>;
  fail(): Promise<void>;
}

/** A token source whose requests are answered by hand. */
function open(
  credentials: Credentials = { kind: 'secret', clientId: 'id', clientSecret: 'secret' },
) {
  const clock = createManualClock();
  const pending: Pending[] = [];
  const warnings: string[] = [];
  const ends: (number | undefined)[] = [];
  let granted = 0;
  const fetch: Fetch = (_url, init) => {
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    init.signal.addEventListener('abort', () => reject(init.signal.reason));
    const answer = (status: number, body: unknown): Promise<void> => {
      resolve(new Response(JSON.stringify(body), { status }));
      return settle();
    };
    pending.push({
      init,
      answer,
      grant(life = 86_400, more = {}) {
        granted += 1;
        return answer(200, { access_token: `token-${granted}`, expires_in: life, ...more });
      },
      fail() {
        reject(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
        return settle();
      },
    });
    return promise;
  };
  const log = {
    debug() {},
    info() {},
    warn: (message: string) => void warnings.push(message),
    error() {},
    child: () => log,
  };
  const source = openTokenSource({
    domain: 'd',
    audience: 'https://d/api/v2/',
    tokenEndpoint: 'https://d/oauth/token',
    credentials,
    fetch,
    clock,
    random: () => 1,
    log,
    onRequest() {},
    onExpiry: (at) => void ends.push(at),
  });
  /** What `get` brings or says; undefined while it waits. */
  const ask = (signal = never) => {
    const asked: { result?: unknown } = {};
    source.get(signal).then(
      ({ value }) => (asked.result = value),
      (error: unknown) => (asked.result = error),
    );
    return asked;
  };
  /** The request of this number, from 0, once it is under way. */
  const request = async (number: number): Promise<Pending> => {
    await settle();
    const found = pending[number];
    if (found === undefined) throw new Error(`there is no request ${number}`);
    return found;
  };
  return { clock, pending, request, warnings, ends, source, ask };
}

async function microtasks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.resolve();
}

/** A source that has its first token. */
async function opened(life: number, more: object = {}) {
  const t = open();
  t.ask();
  await (await t.request(0)).grant(life, more);
  return t;
}

describe('auth0: a token source', () => {
  it('asks once for all who wait', async () => {
    const { pending, request, ask } = open();
    const asked = Array.from({ length: 5 }, () => ask());
    await (await request(0)).grant();
    asked.push(ask());
    await settle();
    expect(asked.map(({ result }) => result)).to.deep.equal(asked.map(() => 'token-1'));
    expect(pending).to.have.length(1);
  });

  // Seconds of life, and after which of them the token is renewed.
  for (const [life, renewed] of [
    [86_400, 77_760],
    [7_200, 6_480],
    [3_600, 3_240],
    [1_800, 1_500],
    [600, 300],
    [60, 30],
    [10, 5],
    [1, 0.5],
  ] as const) {
    it(`renews a token that lives for ${life} s after ${renewed} s`, async () => {
      const { clock, pending, request, ask } = await opened(life);
      await clock.pass(renewed * 1000 - 1);
      const early = ask();
      await settle();
      expect(early.result).to.equal('token-1');
      expect(pending).to.have.length(1);
      await clock.pass(1);
      const due = ask();
      await settle();
      expect(pending).to.have.length(2);
      await (await request(1)).grant(life);
      expect(due.result).to.equal('token-2');
    });
  }

  it('counts the life from the request on, not from the answer', async () => {
    const { clock, pending, request, ask } = open();
    ask();
    await clock.pass(4_000);
    await (await request(0)).grant(10);
    await clock.pass(3_000);
    ask();
    await settle();
    expect(pending).to.have.length(2);
  });

  it('serves the others with the old token while one waits for the renewal', async () => {
    const { clock, pending, request, ask } = await opened(86_400);
    await clock.pass(22 * HOUR);
    const [first, second] = [ask(), ask()];
    await settle();
    expect([first.result, second.result]).to.deep.equal([undefined, 'token-1']);
    await (await request(1)).grant();
    expect(first.result).to.equal('token-2');
    expect(pending).to.have.length(2);
  });

  for (const [what, fail] of [
    ['a failure', (request: Pending) => request.answer(503, {})],
    ['a reset', (request: Pending) => request.fail()],
    ['too many requests', (request: Pending) => request.answer(429, {})],
    ['a refusal', (request: Pending) => request.answer(401, { error: 'access_denied' })],
    ['something unreadable', (request: Pending) => request.answer(200, [])],
  ] as const) {
    it(`lives on with the old token after ${what} of a renewal, and tries again`, async () => {
      const { clock, pending, request, warnings, ask } = await opened(86_400);
      await clock.pass(22 * HOUR);
      const asked = ask();
      await settle();
      for (const request of pending.slice(1)) await fail(request);
      expect(asked.result).to.equal('token-1');
      expect(warnings).to.deep.equal([
        'the token could not be renewed yet; the old one is still good',
      ]);
      await clock.pass(MINUTE - 1);
      const soon = ask();
      await settle();
      expect(soon.result).to.equal('token-1');
      expect(pending).to.have.length(2);
      await clock.pass(1);
      const later = ask();
      await settle();
      await (await request(2)).grant();
      expect(later.result).to.equal('token-2');
    });
  }

  it('tells that credentials end only while they cannot be renewed', async () => {
    const { clock, request, ends, ask } = await opened(86_400);
    expect(new Set(ends)).to.deep.equal(new Set([undefined]));
    const end = clock.now() + 24 * HOUR;
    await clock.pass(22 * HOUR);
    ask();
    await (await request(1)).answer(401, { error: 'access_denied' });
    expect(ends.at(-1)).to.equal(end);
    await clock.pass(MINUTE);
    ask();
    await (await request(2)).grant();
    expect(ends.at(-1)).to.equal(undefined);
  });

  it('tells when a token given by hand ends, where it says so', () => {
    const jwt = [{ alg: 'none' }, { exp: 1_800_000_000 }]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const manual = open({ kind: 'token', accessToken: `${jwt}.` });
    expect(manual.ends).to.deep.equal([1_800_000_000_000]);
    const opaque = open({ kind: 'token', accessToken: 'opaque' });
    expect(opaque.ends).to.deep.equal([undefined]);
  });

  it('waits one time-out at most for a renewal that hangs', async () => {
    const { clock, ask } = await opened(86_400);
    await clock.pass(22 * HOUR);
    const asked = ask();
    await clock.pass(20_000);
    expect(asked.result).to.equal('token-1');
  });

  it('waits for a new token once the old one has expired', async () => {
    const { clock, request, ask } = await opened(3_600);
    await clock.pass(HOUR - 10_000);
    const asked = [ask()];
    await settle();
    await clock.pass(10_000);
    asked.push(ask(), ask());
    // The renewal was begun while the old token was good, for one attempt; now it is needed.
    await (await request(1)).answer(503, {});
    await clock.pass(1_000);
    expect(asked.map(({ result }) => result)).to.deep.equal(asked.map(() => undefined));
    await (await request(2)).grant();
    expect(asked.map(({ result }) => result)).to.deep.equal(asked.map(() => 'token-2'));
  });

  it('begins anew for who comes as such a renewal fails, however close', async () => {
    for (let turns = 0; turns < 60; turns++) {
      const { clock, request, ask } = await opened(3_600);
      await clock.pass(HOUR - 10_000);
      const asked = [ask()];
      await settle();
      await clock.pass(10_000);
      asked.push(ask());
      const failed = (await request(1)).fail();
      await microtasks(turns);
      asked.push(ask());
      await failed;
      await clock.pass(1_000);
      await (await request(2)).grant();
      expect(asked.map(({ result }) => result)).to.deep.equal(['token-2', 'token-2', 'token-2']);
    }
  });

  it('reports a fault that lasts once the old token has expired', async () => {
    const { clock, pending, request, ask } = await opened(3_600);
    await clock.pass(HOUR);
    const asked = ask();
    for (let i = 1; i < 8; i++) {
      await settle();
      await (await request(i)).answer(503, {});
      await clock.pass(16_000);
    }
    expect(asked.result).to.be.instanceOf(Fault).and.to.include({ reason: 'TargetUnavailable' });
    expect(pending).to.have.length(8);
    const again = ask();
    await settle();
    await (await request(8)).grant();
    expect(again.result).to.equal('token-2');
  });

  it('brings another token after a drop, once for all who dropped the same', async () => {
    const { pending, request, source, ask } = await opened(3_600);
    const old = await source.get(never);
    source.drop(old);
    const first = ask();
    await settle();
    source.drop(old);
    await (await request(1)).grant();
    source.drop(old);
    const second = ask();
    await settle();
    expect([first.result, second.result]).to.deep.equal(['token-2', 'token-2']);
    expect(pending).to.have.length(2);
  });

  it('never falls back on a token that was dropped', async () => {
    const { clock, request, source, ask } = await opened(3_600);
    await clock.pass(56 * MINUTE);
    const renewing = ask();
    await settle();
    source.drop(await source.get(never));
    await (await request(1)).answer(401, { error: 'access_denied' });
    expect(renewing.result).to.be.instanceOf(Fault).and.to.include({
      reason: 'AuthenticationFailed',
    });
  });

  it('ends the request when nobody waits any more, and only then', async () => {
    const { pending, ask } = open();
    const [one, other] = [new AbortController(), new AbortController()];
    const [first, second] = [ask(one.signal), ask(other.signal)];
    await settle();
    one.abort('one');
    await settle();
    expect([first.result, second.result]).to.deep.equal(['one', undefined]);
    expect(pending[0]?.init.signal.aborted).to.equal(false);
    other.abort('other');
    await settle();
    expect(second.result).to.equal('other');
    expect(pending[0]?.init.signal.aborted).to.equal(true);
  });

  it('begins anew for who comes after an abandoned request, however soon', async () => {
    for (let turns = 0; turns < 30; turns++) {
      const { clock, pending, ask } = open();
      const stop = new AbortController();
      ask(stop.signal);
      await settle();
      stop.abort();
      await microtasks(turns);
      const asked = ask();
      await clock.pass(1_000);
      await pending.at(-1)?.grant();
      expect(asked.result, `after ${turns} turns`).to.equal('token-1');
    }
  });

  it('knows the scopes that the answer or the token itself names', async () => {
    const jwt = ['{"alg":"none"}', '{"scope":"b  c"}', '']
      .map((part) => Buffer.from(part).toString('base64url'))
      .join('.');
    for (const [more, scopes] of [
      [{ scope: 'a b' }, ['a', 'b']],
      [{ scope: '' }, []],
      [{ access_token: jwt }, ['b', 'c']],
      [{ access_token: jwt, scope: 'a' }, ['a']],
      [{}, undefined],
      [{ scope: ['a'] }, undefined],
    ] as const) {
      const { source } = await opened(3_600, more);
      const token = await source.get(never);
      expect(token.scopes && [...token.scopes]).to.deep.equal(scopes);
    }
  });

  for (const life of [undefined, 0, -5, 'soon', null] as const) {
    it(`uses a token of unknown life (${JSON.stringify(life)}) until it is dropped`, async () => {
      const { clock, pending, source, ask } = await opened(1, { expires_in: life });
      await clock.pass(100 * HOUR);
      const asked = ask();
      await settle();
      expect(asked.result).to.equal('token-1');
      source.drop(await source.get(never));
      ask();
      await settle();
      expect(pending).to.have.length(2);
    });
  }
});
