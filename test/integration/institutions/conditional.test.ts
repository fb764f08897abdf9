import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import { never, open, rejection } from './open.ts';
import { rowsOf, type Seen, startTheServer } from './the-server.ts';

/** Answers like THE with ETags over the page's bytes; `sent` gets the status of each answer. */
function serveWithETags(rows: () => readonly unknown[], sent: string[]) {
  return ({ limit, offset, headers }: Seen, response: ServerResponse) => {
    const page = rows().slice(offset, offset + limit);
    const body = JSON.stringify({ rowCount: page.length, rows: page });
    const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
    const known = headers['if-none-match'] === etag;
    sent.push(`${offset}:${known ? 304 : 200}`);
    response.writeHead(known ? 304 : 200, { ETag: etag });
    response.end(known ? undefined : body);
  };
}

describe('openSource with ETags', () => {
  it('asks conditionally, and keeps the listing that has not changed', async () => {
    const rows = rowsOf(50);
    const sent: string[] = [];
    await using server = await startTheServer(serveWithETags(() => rows, sent));
    const source = open(server);
    const first = await source.list(never);
    expect(await source.list(never)).to.equal(first);
    expect(sent.splice(0)).to.deep.equal([
      '0:200',
      '20:200',
      '40:200',
      '50:200',
      '0:304',
      '20:304',
      '40:304',
      '50:304',
    ]);
    expect(source.requestCount()).to.equal(8);
  });

  it('asks conditionally also for the page beyond the end', async () => {
    const sent: string[] = [];
    await using server = await startTheServer(serveWithETags(() => rowsOf(20), sent));
    const source = open(server);
    const first = await source.list(never);
    expect(await source.list(never)).to.equal(first);
    expect(sent).to.deep.equal(['0:200', '20:200', '40:200', '0:304', '20:304', '40:304']);
  });

  it('reads a changed page anew and takes the others as they were', async () => {
    let rows = rowsOf(50);
    const sent: string[] = [];
    await using server = await startTheServer(serveWithETags(() => rows, sent));
    const source = open(server);
    const before = await source.list(never);
    sent.splice(0);
    rows = rows.map((row, i) => (i === 25 ? { ...row, name: 'Renamed' } : row));
    const after = await source.list(never);
    expect(sent.splice(0)).to.deep.equal(['0:304', '20:200', '40:304', '50:304']);
    expect(after.institutions[25]?.name).to.equal('Renamed');
    expect(after.institutions[0]).to.equal(before.institutions[0]);
    expect(after.digest).to.not.equal(before.digest);
    await source.list(never);
    expect(sent).to.deep.equal(['0:304', '20:304', '40:304', '50:304']);
  });

  it('notices rows that are gone, and rows that are new', async () => {
    let rows = rowsOf(50);
    await using server = await startTheServer(serveWithETags(() => rows, []));
    const source = open(server);
    await source.list(never);
    rows = rowsOf(45);
    expect((await source.list(never)).institutions).to.have.length(45);
    rows = rowsOf(61);
    expect((await source.list(never)).institutions).to.have.length(61);
    rows = [];
    expect(await rejection(source.list(never))).to.include({ reason: 'SourceInvalid' });
    rows = rowsOf(61);
    expect((await source.list(never)).institutions).to.have.length(61);
  });

  it('takes institutions as they were also where the rows before them are gone', async () => {
    let rows = rowsOf(50);
    await using server = await startTheServer(serveWithETags(() => rows, []));
    const source = open(server);
    const before = await source.list(never);
    rows = rows.slice(1);
    const after = await source.list(never);
    expect(after.institutions).to.have.length(49);
    for (const [index, institution] of after.institutions.entries()) {
      expect(institution).to.equal(before.institutions[index + 1]);
    }
  });

  it('has the same digest for rows in another order', async () => {
    let rows = rowsOf(50);
    await using server = await startTheServer(serveWithETags(() => rows, []));
    const source = open(server);
    const before = await source.list(never);
    rows = rows.toReversed();
    expect(await source.list(never)).to.have.property('digest', before.digest);
  });

  it('checks the whole when only some pages are new', async () => {
    let rows = rowsOf(40);
    let stale = true;
    await using server = await startTheServer((seen, response) => {
      // The second page is always said to be unchanged, though a row has moved to the first.
      if (stale && seen.offset === 20 && seen.headers['if-none-match'] !== undefined) {
        response.writeHead(304);
        response.end();
        return;
      }
      serveWithETags(() => rows, [])(seen, response);
    });
    const source = open(server);
    await source.list(never);
    rows = [...rowsOf(19), ...rowsOf(1, 30), ...rowsOf(11, 19), ...rowsOf(9, 31)];
    // The contradiction is resolved by a second reading without conditions.
    expect((await source.list(never)).institutions).to.have.length(40);
    expect(server.seen.slice(-4).map(({ headers }) => headers['if-none-match'])).to.deep.equal([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    stale = false;
    expect((await source.list(never)).institutions).to.have.length(40);
  });

  it('asks without condition where THE offers none', async () => {
    await using server = await startTheServer((seen, response) => {
      response.setHeader('Last-Modified', 'Sat, 01 Aug 2026 00:00:00 GMT');
      const page = rowsOf(30).slice(seen.offset, seen.offset + seen.limit);
      response.end(JSON.stringify({ rowCount: page.length, rows: page }));
    });
    const source = open(server);
    const first = await source.list(never);
    const second = await source.list(never);
    expect(second).to.deep.equal(first);
    for (const { headers } of server.seen) {
      expect(headers).to.not.have.any.keys('if-none-match', 'if-modified-since');
    }
  });

  it('does not keep pages of a listing that failed', async () => {
    let broken = true;
    const sent: string[] = [];
    const answer = serveWithETags(() => rowsOf(50), sent);
    await using server = await startTheServer((seen, response) => {
      if (broken && seen.offset === 40) {
        response.writeHead(404);
        response.end();
      } else answer(seen, response);
    });
    const source = open(server);
    expect(await rejection(source.list(never))).to.include({ reason: 'SourceUnavailable' });
    broken = false;
    await source.list(never);
    expect(sent).to.deep.equal(['0:200', '20:200', '0:200', '20:200', '40:200', '50:200']);
  });

  it('keeps what it has when a later listing fails', async () => {
    let broken = false;
    const sent: string[] = [];
    const answer = serveWithETags(() => rowsOf(30), sent);
    await using server = await startTheServer((seen, response) => {
      if (broken) {
        response.writeHead(403);
        response.end();
      } else answer(seen, response);
    });
    const source = open(server);
    const first = await source.list(never);
    broken = true;
    expect(await rejection(source.list(never))).to.include({ statusCode: 403 });
    broken = false;
    expect(await source.list(never)).to.equal(first);
  });

  it('sends no ETag back that would make the request too large', async () => {
    await using server = await startTheServer(({ limit, offset }, response) => {
      const page = rowsOf(30).slice(offset, offset + limit);
      response.setHeader('ETag', `"${'x'.repeat(5_000)}"`);
      response.end(JSON.stringify({ rowCount: page.length, rows: page }));
    });
    const source = open(server);
    await source.list(never);
    await source.list(never);
    expect(server.seen.at(-1)?.headers).to.not.have.property('if-none-match');
  });

  it('serves listings that run at the same time', async () => {
    const rows = rowsOf(50);
    await using server = await startTheServer(serveWithETags(() => rows, []));
    const source = open(server);
    const [one, other] = await Promise.all([source.list(never), source.list(never)]);
    expect(one).to.deep.equal(other);
  });
});
