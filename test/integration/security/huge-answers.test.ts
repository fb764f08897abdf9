import type { ServerResponse } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { z } from 'zod';
import { openOrganizations } from '../../../src/auth0/organizations.ts';
import type { SendRequest } from '../../../src/auth0/request.ts';
import { clientOf, listNames, never, rejection } from '../auth0/open.ts';
import { JWT, json, startScriptedServer } from '../auth0/scripted-server.ts';
import { open, quickClock } from '../institutions/open.ts';
import { startTheServer, type TheServer } from '../institutions/the-server.ts';

const MiB = 1024 * 1024;

/** Spaces that are small on the wire. */
const PACKED: readonly (readonly [string, Buffer])[] = [
  ['gzip', gzipSync(Buffer.alloc(96 * MiB, 0x20))],
  ['deflate', deflateSync(Buffer.alloc(96 * MiB, 0x20))],
  ['br', brotliCompressSync(Buffer.alloc(96 * MiB, 0x20))],
];

/** How much more memory than before the process takes at most while the work goes on. */
async function memoryFor(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 5);
  try {
    await work();
  } finally {
    clearInterval(watch);
  }
  return Math.max(most, process.memoryUsage().rss) - before;
}

describe('security: answers without measure', function () {
  this.timeout(60_000);

  for (const [encoding, bomb] of PACKED) {
    it(`a bomb in ${encoding} costs little, be it a page, a token or an organization`, async () => {
      expect(bomb.length).to.be.below(MiB / 8);
      const explode = (response: ServerResponse): void => {
        response.setHeader('content-encoding', encoding);
        response.end(bomb);
      };
      await using the = await startTheServer((_seen, response) => explode(response));
      await using auth0 = await startScriptedServer((_seen, response) => explode(response));
      await using tokens = await startScriptedServer(() => {}, { token: explode });
      const memory = await memoryFor(async () => {
        expect(await rejection(open(the).list(never))).to.include({ reason: 'SourceInvalid' });
        for (const { host } of [auth0, tokens]) {
          const { tenant } = await clientOf(host);
          const failure = await rejection(listNames(tenant));
          expect(failure).to.include({ reason: 'TargetUnavailable' });
          expect(failure).to.have.property('message').that.contains('the answer is too large');
        }
      });
      expect(memory).to.be.below(150 * MiB);
    });
  }

  it('a compression within a compression is not unpacked', async () => {
    const page = gzipSync(gzipSync('{"rowCount":0,"rows":[]}'));
    await using the = await startTheServer((_seen, response) => {
      response.setHeader('content-encoding', 'gzip, gzip');
      response.end(page);
    });
    await expectNoPage(the);
  });

  it('a page of more rows than can be asked for is none', async () => {
    await using the = await startTheServer((_seen, response) => {
      response.end(`{"rowCount":100001,"rows":[${'{},'.repeat(100_000)}{}]}`);
    });
    await expectNoPage(the);
  });

  it('a row of a few megabytes is none', async () => {
    await using the = await startTheServer((_seen, response) => {
      response.write('{"rowCount":1,"rows":[{"iid":"a","name":"');
      response.end(`${'x'.repeat(3 * MiB)}"}]}`);
    });
    await expectNoPage(the);
  });

  it('brackets that open and open are no page, and no answer of Auth0', async () => {
    const deep = '['.repeat(MiB);
    await using the = await startTheServer((_seen, response) => {
      response.end(`{"rowCount":1,"rows":[${deep}`);
    });
    await expectNoPage(the);
    await using auth0 = await startScriptedServer((_seen, response) => void response.end(deep));
    const { tenant } = await clientOf(auth0.host);
    expect(await rejection(listNames(tenant))).to.include({ reason: 'TargetUnavailable' });
  });

  it('a listing of THE that goes on for hours is given up', async () => {
    const clock = quickClock();
    await using the = await startTheServer(({ number }, response) => {
      // Each page takes ten minutes.
      void clock.sleep(600_000, never);
      response.end(`{"rowCount":1,"rows":[{"iid":"i-${number}","name":"x"}]}`);
    });
    const source = open(the, { clock });
    const failure = await rejection(source.list(never));
    expect(failure).to.include({ reason: 'SourceUnavailable' });
    expect(failure).to.have.property('message').that.contains('did not end within 2 hours');
    expect(source.requestCount()).to.equal(12);
  });

  it('a listing of Auth0 whose pages are empty, with ever new cursors, is given up', async () => {
    await using auth0 = await startScriptedServer((_seen, response, number) => {
      json(response, { organizations: [], next: `c${number}` });
    });
    const { tenant } = await clientOf(auth0.host);
    const failure = await rejection(listNames(tenant));
    expect(failure).to.include({ reason: 'TargetUnavailable' });
    expect(failure).to.have.property('message').that.contains('without end');
    expect(auth0.seen).to.have.length(101);
  });

  it('a listing of Auth0 with more rows than a tenant can hold is given up', async () => {
    const row = { id: 'a', name: 'b', display_name: null, metadata: null };
    const rows = Array.from({ length: 100_000 }, () => row);
    let asked = 0;
    const send: SendRequest = async ({ body }) => {
      asked += 1;
      return { organizations: rows, next: `c${asked}` } as z.output<typeof body>;
    };
    const { listOrganizations } = openOrganizations('acme.auth0.com', send);
    const failure = await rejection(countRows(listOrganizations(never)));
    expect(failure).to.have.property('message').that.contains('without end');
    expect(asked).to.equal(41);
  });

  it('a cursor of some kilobytes is not sent back', async () => {
    await using auth0 = await startScriptedServer((_seen, response) => {
      json(response, { organizations: [], next: 'c'.repeat(5_000) });
    });
    const { tenant } = await clientOf(auth0.host);
    expect(await rejection(listNames(tenant))).to.include({ reason: 'TargetUnavailable' });
    for (const { url } of auth0.seen) expect(url).not.to.contain('from=');
  });

  it('a token endpoint that drips is given up after its time', async () => {
    let asked = 0;
    await using tokens = await startScriptedServer(() => {}, {
      token(response) {
        asked += 1;
        response.write(`{"access_token":"${JWT}`);
      },
    });
    const { tenant, clock } = await clientOf(tokens.host);
    const failing = rejection(listNames(tenant));
    const timer = setInterval(() => clock.timeOut(), 20);
    const failure = await failing.finally(() => clearInterval(timer));
    expect(failure).to.have.property('message').that.contains('no complete answer in time');
    expect(asked).to.be.within(1, 10);
  });
});

async function expectNoPage(the: TheServer): Promise<void> {
  const failure = await rejection(open(the).list(never));
  expect(failure).to.include({ reason: 'SourceInvalid' });
  expect(failure).to.have.property('message').that.contains('is not a page of institutions');
}

async function countRows(pages: AsyncIterable<readonly unknown[]>): Promise<number> {
  let count = 0;
  for await (const page of pages) count += page.length;
  return count;
}
