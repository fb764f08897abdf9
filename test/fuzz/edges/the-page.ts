import fc from 'fast-check';
import { z } from 'zod';
import { METADATA_FIELDS } from '../../../src/api/spec.ts';
import { readPage, type Page } from '../../../src/institutions/page.ts';
import { isSkipped, toInstitution } from '../../../src/institutions/row.ts';
import { corpusFiles } from '../corpus.ts';
import { defineEdge } from '../edge.ts';
import { must } from '../judge.ts';
import { brokenBytes, inPieces, mutated } from '../nasty.ts';

interface Body {
  readonly bytes: Uint8Array;
  readonly sizes: readonly number[];
}

const ROWS = [
  {
    iid: 'i-00000001',
    name: 'Universität \\ "Zürich" 🎓',
    web: 'https://uzh.ch',
    latitude: '47.37',
  },
  { iid: 'i-00000002', name: 'جامعة', country: 'Egypt', foundation_year: 1908 },
  { iid: '', name: 'None' },
];
const PAGE = { rowCount: ROWS.length, rows: ROWS };
const never = new AbortController().signal;
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 });

/** The bytes of THE's pages, however the network cuts them: compared with a reading in one piece. */
export const thePage = defineEdge<Body>({
  name: 'the-page',
  corpus: () => [
    ...corpusFiles('pages').flatMap(([label, bytes]) => [
      [label, { bytes, sizes: [1] }] as const,
      [label, { bytes, sizes: [65_536] }] as const,
    ]),
    ...giants().map(
      ([label, text]) => [label, { bytes: Buffer.from(text), sizes: [65_536] }] as const,
    ),
  ],
  made: fc.record({
    bytes: fc.oneof(
      brokenBytes([
        JSON.stringify(PAGE),
        JSON.stringify(PAGE, undefined, 2),
        `\ufeff${JSON.stringify(PAGE)}`,
        '{"rows":[],"rowCount":0}',
      ]),
      mutated(PAGE).map((page) => Buffer.from(JSON.stringify(page))),
    ),
    sizes,
  }),
  async attempt({ bytes, sizes }) {
    const page = await readPage(
      inPieces(bytes, sizes),
      METADATA_FIELDS,
      undefined,
      () => undefined,
      never,
    ).catch((error: unknown) => {
      if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
      // The decoder's word for bytes that are not UTF-8.
      if (error instanceof TypeError && 'code' in error) return undefined;
      throw error;
    });
    if (page === undefined) return;
    must(page.received === page.institutions.length + page.skipped.length, 'rows were lost');
    if (bytes.length < 100_000)
      must(isSame(page, readWhole(bytes)), 'another reading gives another page');
  },
});

/** The same page, read in the plainest way. */
function readWhole(bytes: Uint8Array): Page {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  const { rowCount, rows } = JSON.parse(text) as { rowCount: number; rows: readonly unknown[] };
  const entries = rows.map((row) => toInstitution(row, METADATA_FIELDS));
  return {
    rowCount,
    received: rows.length,
    institutions: entries.flatMap((entry) => (isSkipped(entry) ? [] : entry)),
    skipped: entries.flatMap((entry) => (isSkipped(entry) ? entry : [])),
  };
}

function isSame(one: Page, other: Page): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function giants(): readonly (readonly [string, string])[] {
  const row = JSON.stringify(ROWS[0]);
  return [
    ['deep', `{"rowCount":1,"rows":[${'{"a":'.repeat(500_000)}1${'}'.repeat(500_000)}]}`],
    ['open brackets', `{"rowCount":1,"rows":[${'['.repeat(5_000_000)}`],
    ['closing brackets', ']'.repeat(5_000_000)],
    [
      'deep beside the rows',
      `{"a":${'['.repeat(400_000)}${']'.repeat(400_000)},"rowCount":0,"rows":[]}`,
    ],
    ['long name', `{"rowCount":1,"rows":[{"iid":"a","name":"${'x'.repeat(10_000_000)}"}]}`],
    [
      'long grapheme',
      `{"rowCount":1,"rows":[{"iid":"a","name":"e${'\u0301'.repeat(1_000_000)}"}]}`,
    ],
    ['white space', `{"rowCount":1,"rows":[{"iid":"a","name":"${' '.repeat(3_000_000)}x"}]}`],
    [
      'many keys',
      `{"rowCount":1,"rows":[{${Array.from({ length: 200_000 }, (_, i) => `"k${i}":1`).join()}}]}`,
    ],
    ['many rows', `{"rowCount":1,"rows":[${Array.from({ length: 50_000 }, () => row).join()}]}`],
    [
      'white space between rows',
      `{"rowCount":1,"rows":[${`${row}${' '.repeat(200_000)},`.repeat(20)}${row}]}`,
    ],
    ['commas', `{"rowCount":1,"rows":[${','.repeat(3_000_000)}]}`],
    ['long number', `{"rowCount":${'9'.repeat(900_000)},"rows":[]}`],
  ];
}
