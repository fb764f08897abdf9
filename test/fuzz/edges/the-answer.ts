import { Readable } from 'node:stream';
import type { AxiosAdapter } from 'axios';
import fc from 'fast-check';
import { Fault } from '../../../src/api/fault.ts';
import { openSource } from '../../../src/institutions/listing.ts';
import { leapingClock } from '../clock.ts';
import { corpusList } from '../corpus.ts';
import { defineEdge } from '../edge.ts';
import { declared, must } from '../judge.ts';
import { longText, mutated, nastyText } from '../nasty.ts';
import { silentLog } from '../silent-log.ts';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const PAGE = {
  rowCount: 2,
  rows: [
    { iid: 'a', name: 'A' },
    { iid: 'b', name: 'B' },
  ],
};
const EMPTY = { status: 200, headers: {}, body: '{"rowCount":0,"rows":[]}' };
const never = new AbortController().signal;
/** Six attempts for each of the pages of two readings. */
const MOST_REQUESTS = 60;

const headers = fc.record(
  {
    'retry-after': fc.oneof(
      longText,
      fc.constantFrom('1', '99999999999999999999', 'Fri, 31 Dec 9999 23:59:59 GMT', '-1', '1e9'),
    ),
    etag: longText,
    location: nastyText,
    'content-type': nastyText,
  },
  { requiredKeys: [] },
);
const answer = fc.record({
  status: fc.oneof(
    { weight: 3, arbitrary: fc.constant(200) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        100,
        199,
        201,
        204,
        206,
        301,
        302,
        304,
        307,
        400,
        401,
        404,
        408,
        418,
        429,
        500,
        503,
        599,
        999,
      ),
    },
  ),
  headers,
  body: fc.oneof(
    mutated(PAGE).map((page) => JSON.stringify(page)),
    longText,
    fc.constant(JSON.stringify(PAGE)),
  ),
});

/** THE's answers as a listing meets them: status, headers of rate limits, redirects and ETags, body. */
export const theAnswer = defineEdge<readonly Answer[]>({
  name: 'the-answer',
  corpus: () => corpusList<readonly Answer[]>('the-answers.json'),
  made: fc.array(answer, { minLength: 1, maxLength: 4 }),
  async attempt(answers) {
    const clock = leapingClock();
    let requests = 0;
    const adapter: AxiosAdapter = async (config) => {
      const { status, headers, body } = answers[requests] ?? EMPTY;
      requests += 1;
      must(requests < MOST_REQUESTS, 'requests without end');
      return { status, statusText: '', headers, config, data: Readable.from([Buffer.from(body)]) };
    };
    const source = openSource({
      endpoint: 'https://the.example/institutions',
      pageSize: 2,
      minimum: 1,
      fields: ['web'],
      clock,
      random: () => 0.5,
      log: silentLog,
      adapter,
    });
    for (let listing = 0; listing < 2; listing += 1) {
      await declared(() => Promise.race([source.list(never), clock.failed]), Fault);
    }
    // Each of the two gives up after three minutes of failures.
    must(clock.slept() <= 2 * 180_000, `THE is waited for ${clock.slept()} ms`);
  },
});
