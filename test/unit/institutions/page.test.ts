import { expect } from 'chai';
import { type Page, type Recall, readPage } from '../../../src/institutions/page.ts';

const { signal } = new AbortController();

/** A body that arrives in two pieces. */
async function* body(value: unknown): AsyncGenerator<Uint8Array> {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const bytes = Buffer.from(text);
  yield bytes.subarray(0, bytes.length / 2);
  yield bytes.subarray(bytes.length / 2);
}

async function* latin1(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text, 'latin1');
}

async function read(value: unknown, known?: Page, recall: Recall = () => undefined): Promise<Page> {
  return readPage(body(value), ['web'], known, recall, signal);
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('must reject'),
    (error: unknown) => error,
  );
}

describe('readPage', () => {
  it('parts institutions from rows to skip', async () => {
    const rows = [{ iid: 'a', name: 'A' }, { name: 'B' }, { iid: 'c' }, { iid: 'D', name: 'D' }];
    const page = await read({ rowCount: 9, rows, extra: 1 });
    expect(page).to.deep.include({ rowCount: 9, received: 4 });
    expect(page.institutions).to.deep.equal([{ id: 'a', name: 'A', fields: {} }]);
    expect(page.skipped.map(({ id }) => id)).to.deep.equal([undefined, 'c', 'D']);
  });

  it('shares one entry among rows without an iid', async () => {
    const page = await read({ rowCount: 2, rows: [{}, {}] });
    expect(page.skipped[0]).to.equal(page.skipped[1]);
  });

  it('reads a body that starts with a byte order mark', async () => {
    expect(await read('\ufeff{"rowCount":0,"rows":[]}')).to.include({ received: 0 });
  });

  const rows = [{ iid: 'a', name: 'A', web: 'w' }, { name: 'B' }, { iid: 'c', name: 'C' }];

  it('is the known page when all of it is the same', async () => {
    const known = await read({ rowCount: 3, rows });
    expect(await read({ rowCount: 3, rows }, known)).to.equal(known);
  });

  it('takes equal institutions from the last listing where a row that went has moved them', async () => {
    const known = await read({ rowCount: 3, rows });
    const listed = new Map(known.institutions.map((each) => [each.id, each]));
    const moved = { rowCount: 2, rows: [rows[1], rows[2]] };
    const page = await read(moved, known, (id) => listed.get(id));
    expect(page.institutions).to.have.lengthOf(1);
    expect(page.institutions[0]).to.equal(known.institutions[1]);
    expect(page).to.not.equal(known);
  });

  it('is another page when the same rows stand in another order', async () => {
    const known = await read({ rowCount: 3, rows });
    const listed = new Map(known.institutions.map((each) => [each.id, each]));
    const page = await read({ rowCount: 3, rows: rows.toReversed() }, known, (id) =>
      listed.get(id),
    );
    expect(page.institutions).to.deep.equal(known.institutions.toReversed());
  });

  it('refuses a page of more than 100,000 rows', async () => {
    const most = Array.from({ length: 100_000 }, () => ({}));
    expect(await read({ rowCount: 1, rows: most })).to.include({ received: 100_000 });
    const error = await rejection(read({ rowCount: 1, rows: [...most, {}] }));
    expect(error).to.be.instanceOf(RangeError).with.property('message', 'too many rows');
  });

  it('takes nothing from the last listing that has changed', async () => {
    const known = await read({ rowCount: 3, rows });
    const recall = () => known.institutions[1];
    const page = await read({ rowCount: 1, rows: [{ iid: 'c', name: 'D' }] }, undefined, recall);
    expect(page.institutions).to.deep.equal([{ id: 'c', name: 'D', fields: {} }]);
  });

  it('takes equal institutions from the known page', async () => {
    const known = await read({ rowCount: 3, rows });
    const changed = await read(
      { rowCount: 3, rows: [rows[0], {}, { iid: 'c', name: 'D' }] },
      known,
    );
    expect(changed.institutions[0]).to.equal(known.institutions[0]);
    expect(changed.institutions[1]).to.deep.equal({ id: 'c', name: 'D', fields: {} });
  });

  const differences: readonly (readonly [string, object])[] = [
    ['rowCount', { rowCount: 4, rows }],
    ['a name', { rowCount: 3, rows: [rows[0], rows[1], { iid: 'c', name: 'X' }] }],
    ['an id', { rowCount: 3, rows: [rows[0], rows[1], { iid: 'x', name: 'C' }] }],
    ['a field', { rowCount: 3, rows: [{ ...rows[0], web: 'x' }, rows[1], rows[2]] }],
    ['a field that is gone', { rowCount: 3, rows: [{ iid: 'a', name: 'A' }, rows[1], rows[2]] }],
    ['a field that is new', { rowCount: 3, rows: [rows[0], rows[1], { ...rows[2], web: 'x' }] }],
    ['the order', { rowCount: 3, rows: rows.toReversed() }],
    ['a row that is gone', { rowCount: 3, rows: rows.slice(0, 2) }],
    ['a row that is new', { rowCount: 3, rows: [...rows, { iid: 'd', name: 'D' }] }],
    ['a row skipped for another cause', { rowCount: 3, rows: [rows[0], { iid: 'b' }, rows[2]] }],
    ['a row skipped now', { rowCount: 3, rows: [rows[0], rows[1], {}] }],
    ['a row skipped no more', { rowCount: 3, rows: [rows[0], { iid: 'b', name: 'B' }, rows[2]] }],
  ];
  for (const [what, value] of differences) {
    it(`is another page for a difference in ${what}, and the same as without a known page`, async () => {
      const known = await read({ rowCount: 3, rows });
      const page = await read(value, known);
      expect(page).to.not.equal(known);
      expect(page).to.deep.equal(await read(value));
    });
  }

  it('is another page for a row that is skipped for the same cause under another id', async () => {
    const known = await read({ rowCount: 1, rows: [{ iid: 'X' }] });
    const page = await read({ rowCount: 1, rows: [{ iid: 'Y' }] }, known);
    expect(page.skipped.map(({ id }) => id)).to.deep.equal(['Y']);
  });

  const wrong: readonly (readonly [string, AsyncIterable<Uint8Array>])[] = [
    ['nothing', body('')],
    ['HTML', body('<!doctype html><title>Login</title>')],
    ['half of a page', body('{"rowCount":1,"rows":[{"iid":"a","name":"A"}')],
    ['a bare array', body([{ iid: 'a', name: 'A' }])],
    ['null', body('null')],
    ['no rowCount', body({ rows: [] })],
    ['a rowCount that is text', body({ rowCount: 'all', rows: [] })],
    ['a negative rowCount', body({ rowCount: -1, rows: [] })],
    ['a broken rowCount', body({ rowCount: 1.5, rows: [] })],
    ['no rows', body({ rowCount: 0 })],
    ['rows that are no array', body({ rowCount: 0, rows: {} })],
    ['a row that is no object', body({ rowCount: 2, rows: [{ iid: 'a', name: 'A' }, 'b'] })],
    ['a row that is an array', body({ rowCount: 1, rows: [['a', 'A']] })],
    ['malformed UTF-8', latin1('{"rowCount":1,"rows":[{"iid":"a","name":"Universit\xe9"}]}')],
  ];
  for (const [what, bytes] of wrong) {
    it(`refuses ${what}`, async () => {
      expect(
        await rejection(readPage(bytes, [], undefined, () => undefined, signal)),
      ).to.be.instanceOf(Error);
    });
  }

  it('ends at once when the signal aborts', async () => {
    const reading = readPage(body({}), [], undefined, () => undefined, AbortSignal.abort('over'));
    expect(await rejection(reading)).to.equal('over');
  });
});
