import { existsSync, readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { never, open } from './open.ts';
import { serve, startTheServer } from './the-server.ts';

type Rows = readonly Record<string, string>[];

const DATA = new URL('../../../../shared/data/', import.meta.url);

function readRows(file: string): Rows {
  const { rows }: { rows: Rows } = JSON.parse(
    gunzipSync(readFileSync(new URL(file, DATA))).toString(),
  );
  return rows;
}

/** Bytes of the heap that are in use. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  collect();
  return process.memoryUsage().heapUsed;
}

describe('openSource with real rows', function () {
  this.timeout(60_000);

  before(function () {
    if (!existsSync(DATA)) this.skip();
  });

  it('reads 13,229 institutions, none skipped', async () => {
    const rows = readRows('institutions.json.gz');
    await using server = await startTheServer((seen, response) => serve(rows, seen, response));
    const source = open(server, { pageSize: 4000, fields: ['country', 'web'] });
    const { institutions, skipped, digest } = await source.list(never);
    expect(institutions).to.have.length(13_229);
    expect(skipped).to.deep.equal([]);
    expect(server.seen.map(({ offset }) => offset)).to.deep.equal([0, 4000, 8000, 12_000, 13_229]);
    for (const [index, { id, name, fields }] of institutions.entries()) {
      const row = rows[index];
      expect(id).to.equal(row?.['iid']);
      expect(name).to.equal(row?.['name']?.replace(/[\s\p{Cc}]+/gu, ' ').trim());
      expect(fields['country'] ?? '').to.equal(row?.['country']);
    }
    const reordered = rows.toReversed();
    await using other = await startTheServer((seen, response) => serve(reordered, seen, response));
    const again = await open(other, { pageSize: 999, fields: ['web', 'country'] }).list(never);
    expect(again.digest).to.equal(digest);
  });

  it('keeps little of 100,000 institutions, and nothing more of a second listing', async () => {
    const rows = readRows('institutions-100k.json.gz');
    await using server = await startTheServer((seen, response) => serve(rows, seen, response));
    const source = open(server, { pageSize: 4000 });
    const before = heapUsed();
    const first = await source.list(never);
    const after = heapUsed();
    expect(first.institutions).to.have.length(100_000);
    expect(after - before).to.be.below(25_000_000);
    // Rows that have not changed are taken over, also where THE offers no ETags.
    expect(await source.list(never)).to.equal(first);
    expect(heapUsed() - after).to.be.below(2_000_000);
  });
});
