import { expect } from 'chai';
import { openSource, type SourceOptions } from '../../../src/institutions/listing.ts';
import { trustSandboxes } from '../../sandbox/certificates.ts';
import { startTheSandbox } from '../../sandbox/the/start.ts';
import { never, quickClock, recordingLog, rejection } from './open.ts';
import { rowsOf } from './the-server.ts';

/** A source that goes to the sandbox over the connections that all sources share. */
function open(endpoint: string, options: Partial<SourceOptions> = {}) {
  return openSource({
    endpoint,
    pageSize: 20,
    minimum: 1,
    fields: [],
    clock: quickClock(),
    random: () => 1,
    log: recordingLog(),
    ...options,
  });
}

describe('openSource against the sandbox of THE', () => {
  before(trustSandboxes);

  const passing = [
    { kind: 'status', status: 500 },
    { kind: 'status', status: 503 },
    { kind: 'too-many-requests', retryAfter: '2' },
    { kind: 'reset' },
    { kind: 'hang' },
    { kind: 'html' },
    { kind: 'wrong-shape' },
    { kind: 'lost-answer' },
    { kind: 'reset-after-headers' },
    { kind: 'hang-in-body' },
    { kind: 'cut-body' },
    { kind: 'garbage-json' },
    { kind: 'empty' },
    { kind: 'gzip' },
  ] as const;
  for (const fault of passing) {
    it(`outlives ${JSON.stringify(fault)} on any page`, async () => {
      await using the = await startTheSandbox({ rows: rowsOf(50) });
      const expected = await open(the.endpoint).list(never);
      for (const offset of [0, 20, 40, 50]) {
        the.fault({ query: { offset: String(offset) } }, fault);
        const source = open(the.endpoint, { requestTimeoutMs: 250 });
        expect(await source.list(never)).to.deep.equal(expected);
      }
    });
  }

  const lasting = [
    [{ kind: 'status', status: 502 }, 'SourceUnavailable'],
    [{ kind: 'status', status: 401 }, 'SourceUnavailable'],
    [{ kind: 'redirect', location: 'https://elsewhere.example/' }, 'SourceUnavailable'],
    [{ kind: 'reset' }, 'SourceUnavailable'],
    [{ kind: 'hang' }, 'SourceUnavailable'],
    [{ kind: 'hang-in-body' }, 'SourceUnavailable'],
    [{ kind: 'html' }, 'SourceInvalid'],
    [{ kind: 'wrong-shape' }, 'SourceInvalid'],
    [{ kind: 'cut-body' }, 'SourceInvalid'],
    [{ kind: 'garbage-json' }, 'SourceInvalid'],
    [{ kind: 'empty' }, 'SourceInvalid'],
    [{ kind: 'repeat-page' }, 'SourceInvalid'],
  ] as const;
  for (const [fault, reason] of lasting) {
    it(`says ${reason} for ${JSON.stringify(fault)} on the second page, for ever`, async () => {
      await using the = await startTheSandbox({ rows: rowsOf(50) });
      the.fault({ query: { offset: '20' } }, fault, Infinity);
      const source = open(the.endpoint, { requestTimeoutMs: 250 });
      expect(await rejection(source.list(never))).to.include({ reason });
    });
  }

  for (const options of [
    { rowCount: 'total' },
    { rowCount: 'page' },
    { rowCount: 'total', etag: false },
    { maxPageSize: 7 },
    { shuffleEachListing: true },
  ] as const) {
    it(`reads the same from a service with ${JSON.stringify(options)}`, async () => {
      const rows = rowsOf(55);
      await using plain = await startTheSandbox({ rows });
      await using the = await startTheSandbox({ rows, ...options });
      const { digest } = await open(plain.endpoint).list(never);
      const source = open(the.endpoint);
      expect(await source.list(never)).to.have.property('digest', digest);
      expect(await source.list(never)).to.have.property('digest', digest);
    });
  }

  it('notices with rowCount as the total that rows were removed meanwhile', async () => {
    const rows = rowsOf(50);
    await using the = await startTheSandbox({
      rows,
      rowCount: 'total',
      onRequest({ url }) {
        if (url.includes('offset=20') && the.rows().length === 50) the.setRows(rows.slice(5));
      },
    });
    expect((await open(the.endpoint).list(never)).institutions).to.have.length(45);
  });
});
