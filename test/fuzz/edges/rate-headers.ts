import fc from 'fast-check';
import { createPacer } from '../../../src/auth0/pacing/pacer.ts';
import { readRateHeaders, readRetryAfter } from '../../../src/auth0/pacing/headers.ts';
import { waitAskedFor } from '../../../src/auth0/throttle.ts';
import { leapingClock } from '../clock.ts';
import { corpusList } from '../corpus.ts';
import { defineEdge } from '../edge.ts';
import { must } from '../judge.ts';
import { longText, nastyNumber } from '../nasty.ts';

type Headers = Readonly<Record<string, string>>;
interface Said {
  readonly status: number;
  readonly headers: Headers;
}

const NAMES = [
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
  'retry-after',
  'date',
] as const;
const value = fc.oneof(
  longText,
  nastyNumber.map(String),
  fc.nat(20).map(String),
  fc.integer({ min: 1_749_999_900, max: 1_750_000_100 }).map(String),
  fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
);
const headers = fc.dictionary(fc.constantFrom(...NAMES), value);
const never = new AbortController().signal;

/** Headers of rate limits: no value of them may stop the requests for long. */
export const rateHeaders = defineEdge<readonly Said[]>({
  name: 'rate-headers',
  corpus: () => corpusList<readonly Said[]>('rate-headers.json'),
  made: fc.array(fc.record({ status: fc.constantFrom(200, 200, 429), headers }), { maxLength: 6 }),
  async attempt(said) {
    const clock = leapingClock();
    const pacer = createPacer({ clock });
    for (const { status, headers } of said) {
      const get = (name: string) => headers[name] ?? null;
      const read = readRateHeaders({ get }, clock.now());
      must(
        read === undefined ||
          (read.limit >= 1 && read.remaining >= 0 && read.remaining <= read.limit),
        'a bucket that cannot be',
      );
      const asked = readRetryAfter({ get }, clock.now());
      must(asked === undefined || asked >= 0, 'a wait that cannot be');
      const wait = waitAskedFor({ get }, clock.now());
      must(wait > 0 && wait <= 600_000, `a wait of ${wait} ms`);
      const permit = await Promise.race([pacer.acquire('list', 1, never), clock.failed]);
      permit.answered(status, { get });
      must(!Number.isNaN(pacer.estimate('list', 10)), 'an estimate that is no number');
    }
    const before = clock.slept();
    for (let i = 0; i < 3; i += 1) {
      const permit = await Promise.race([pacer.acquire('list', 1, never), clock.failed]);
      permit.answered(200, { get: () => null });
    }
    must(
      clock.slept() - before <= 1_800_000,
      `three requests wait for ${clock.slept() - before} ms`,
    );
  },
});
