import { gzipSync } from 'node:zlib';
import { always, bytes, changed, except, ROWS, status } from './answers.ts';
import { PAGE_SIZE, rowsAnswer, type Answer } from './engine.ts';

/** A way in which THE may lead to removals, and why that fails. */
export interface Attempt {
  readonly title: string;
  readonly answer: Answer;
  /** What the sync ends with; `none`: it goes on and removes nothing. */
  readonly fault: 'SourceInvalid' | 'SourceUnavailable' | 'none';
  readonly minimum?: number;
}

const NOTHING = { rowCount: 0, rows: [] };
const WHOLE = { rowCount: ROWS.length, rows: ROWS };
const TEXT = JSON.stringify(WHOLE);
const first = ROWS.slice(0, PAGE_SIZE);

const EMPTY: Readonly<Record<string, Answer>> = {
  'rowCount 0 and no rows': always(NOTHING),
  'rowCount of all and no rows': always({ ...NOTHING, rowCount: ROWS.length }),
  'an object without anything': always({}),
  null: always(null),
  'an empty list': always([]),
  'no rows beside rowCount': always({ rowCount: 0 }),
  'rows of null': always({ rowCount: 0, rows: null }),
  'rows that are an object': always({ rowCount: 0, rows: {} }),
  'an error with status 200': always({ message: 'Service Unavailable' }),
  'HTML with status 200': bytes('<!DOCTYPE html><h1>Sign in</h1>', { 'Content-Type': 'text/html' }),
  'an empty body with status 200': bytes(''),
  'a body of white space': bytes(' \r\n\t '),
  'rows without an iid': changed(({ name }) => ({ name })),
  'rows with an iid of null': changed((row) => ({ ...row, iid: null })),
  'rows with an iid that is an object': changed((row) => ({ ...row, iid: { value: row['iid'] } })),
  'rows without a name': changed(({ iid }) => ({ iid })),
  'iids in upper case': changed((row) => ({ ...row, iid: String(row['iid']).toUpperCase() })),
  'iids in white space': changed((row) => ({ ...row, iid: ` ${String(row['iid'])}\t` })),
  'iids that are paths': changed((row) => ({ ...row, iid: `../${String(row['iid'])}` })),
  'rows that are null': always({ rowCount: 2, rows: [null, null] }),
  'rows of lists': always({ rowCount: 1, rows: [ROWS] }),
  'an empty list of rows before the rows': bytes(TEXT.replace('"rows"', '"rows":[],"rows"')),
  'an empty list of rows after the rows': bytes(TEXT.replace(/}$/, ',"rows":[]}')),
  'another name for the rows': bytes(TEXT.replace('"rows"', '"Rows"')),
  'the page within an object': always({ data: WHOLE }),
};

const COUNTS: Readonly<Record<string, Answer>> = {
  'a rowCount of null': always({ ...WHOLE, rowCount: null }),
  'a rowCount of text': always({ ...WHOLE, rowCount: '60' }),
  'a negative rowCount': always({ ...WHOLE, rowCount: -1 }),
  'a rowCount beyond all numbers': bytes(TEXT.replace('60', '1e999')),
  'a rowCount with a fraction': bytes(TEXT.replace('60', '60.5')),
  'a rowCount that is too small': always({ ...WHOLE, rowCount: 7 }),
  'a rowCount that is never reached': except(
    { 50: { rowCount: 99, rows: ROWS.slice(50) } },
    'total',
  ),
  'totals that differ': except({ 25: { rowCount: 61, rows: ROWS.slice(25, 50) } }, 'total'),
  'a total, then a page of its own count': except(
    { 25: { rowCount: 10, rows: ROWS.slice(25, 35) } },
    'total',
  ),
  'an empty second page': except({ 25: NOTHING }, 'page'),
  'an empty second page of 60 rows': except({ 25: { rowCount: 60, rows: [] } }, 'total'),
  'a short second page and then none, of 60 rows': except(
    { 25: { rowCount: 60, rows: ROWS.slice(25, 40) }, 40: { rowCount: 60, rows: [] } },
    'total',
  ),
  'no last page, of 60 rows': except({ 50: NOTHING }, 'total'),
};

const CUT: Readonly<Record<string, Answer>> = {
  'half of the JSON': bytes(TEXT.slice(0, TEXT.length / 2)),
  'JSON that ends after a row': bytes(TEXT.slice(0, TEXT.indexOf('},') + 1)),
  'rubbish after the JSON': bytes(`${TEXT}<!-- cached -->`),
  'two pages in one body': bytes(`${JSON.stringify(NOTHING)}${TEXT}`),
  'fewer bytes than announced': (_seen, response) => {
    response.writeHead(200, { 'Content-Length': String(TEXT.length) });
    response.write('{"rowCount":0,"rows":[]}', () => response.destroy());
  },
  'a connection that breaks in the body': (_seen, response) => {
    response.writeHead(200);
    response.write('{"rowCount":0,"rows":[]', () => response.destroy());
  },
  'gzip that is cut': bytes(gzipSync(TEXT).subarray(0, -20), { 'Content-Encoding': 'gzip' }),
  'gzip that is none': bytes(TEXT, { 'Content-Encoding': 'gzip' }),
  'gzip that nobody announced': bytes(gzipSync(TEXT)),
  'Latin-1': bytes(Buffer.from(TEXT.replace('University 1"', 'Universit\xe9"'), 'latin1')),
  'UTF-16': bytes(Buffer.from(TEXT, 'utf16le')),
  'a bomb of gzip': bytes(gzipSync(`{"rowCount":0,"rows":[${' '.repeat(65 << 20)}]}`), {
    'Content-Encoding': 'gzip',
  }),
};

const REPEATED: Readonly<Record<string, Answer>> = {
  'an iid twice': rowsAnswer([...ROWS.slice(0, 40), ...ROWS.slice(0, 1)]),
  'the first page for ever': always({ rowCount: first.length, rows: first }),
  'the first page for ever, of 60 rows': always({ rowCount: 60, rows: first }),
  'the first page twice': except({ 25: { rowCount: 25, rows: first } }, 'page'),
  'an empty page between others': except({ 25: NOTHING }, 'page'),
};

const STATUS: Readonly<Record<string, Answer>> = {
  'status 204': status(204),
  'status 206': (seen, response) => {
    response.statusCode = 206;
    rowsAnswer(first)(seen, response);
  },
  'status 304 for what was never read': status(304),
};

const REFUSED: Readonly<Record<string, Answer>> = {
  'status 302 to an empty listing': status(302, { Location: '/empty' }),
  'status 404': status(404),
  'status 410': status(410),
  'status 429': status(429),
  'status 500': status(500),
};

/** A row that vanishes between two pages hides the next one; no two listings miss the same. */
function flapping(): Answer {
  let listings = 0;
  return (seen, response) => {
    if (seen.offset === 0) listings += 1;
    const isGone = seen.offset > PAGE_SIZE || (seen.offset === PAGE_SIZE && listings % 2 === 0);
    rowsAnswer(isGone ? ROWS.slice(1) : ROWS)(seen, response);
  };
}

/** The first listing has lost its end, and says so nowhere; the one that confirms it has not. */
function shortOnce(): Answer {
  let listings = 0;
  return (seen, response) => {
    if (seen.offset === 0) listings += 1;
    rowsAnswer(listings % 2 === 1 ? ROWS.slice(0, 10) : ROWS)(seen, response);
  };
}

function attempts(
  answers: Readonly<Record<string, Answer>>,
  fault: Attempt['fault'],
): readonly Attempt[] {
  return Object.entries(answers).map(([title, answer]) => ({ title, answer, fault }));
}

/** None of these is believed, or a second listing contradicts it: no limit is needed. */
export const FAULTY_LISTINGS: readonly Attempt[] = [
  ...attempts({ ...EMPTY, ...COUNTS, ...CUT, ...REPEATED, ...STATUS }, 'SourceInvalid'),
  ...attempts(REFUSED, 'SourceUnavailable'),
  {
    title: 'fewer institutions than the minimum',
    answer: rowsAnswer(ROWS.slice(0, 49)),
    fault: 'SourceInvalid',
    minimum: 50,
  },
  ...attempts(
    {
      'rows that vanish between two pages': flapping(),
      'a listing that is short once': shortOnce(),
      'a third of the iids in upper case': changed((row) =>
        Number(String(row['iid']).slice(2)) % 3 > 0
          ? row
          : { ...row, iid: String(row['iid']).toUpperCase() },
      ),
      'a third of the iids in white space': changed((row) =>
        Number(String(row['iid']).slice(2)) % 3 > 0
          ? row
          : { ...row, iid: ` ${String(row['iid'])} ` },
      ),
      'a third of the rows without a name': changed((row) =>
        Number(String(row['iid']).slice(2)) % 3 > 0 ? row : { iid: row['iid'] },
      ),
    },
    'none',
  ),
];
