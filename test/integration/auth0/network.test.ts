import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { Fault } from '../../../src/api/fault.ts';
import { clientOf, listNames, never, organizations, rejection, sandboxed } from './open.ts';
import { json, startScriptedServer, type Seen } from './scripted-server.ts';
import type { TestClock } from './test-clock.ts';

const LIST = 'GET /api/v2/organizations';
const MiB = 1024 * 1024;
const PAGE = { organizations: [{ id: 'org_1', name: 'a' }] };

/** Ends the time-out of each request that has arrived, until the work is done. */
async function timingOut<T>(clock: TestClock, arrived: () => number, work: Promise<T>): Promise<T> {
  const done = new AbortController();
  const watching = (async () => {
    for (let seen = 0; !done.signal.aborted; await nextTurn()) {
      if (arrived() === seen || clock.underWay() === 0) continue;
      seen = arrived();
      clock.timeOut();
    }
  })();
  try {
    return await work;
  } finally {
    done.abort();
    await watching;
  }
}

describe('auth0: the network', () => {
  it('a hang before the headers ends with the time-out, and is tried again', async () => {
    await using t = await sandboxed();
    t.auth0.seed(organizations(1));
    t.auth0.fault(LIST, 'hang', 2);
    const arrived = () => t.auth0.requests.count({ endpoint: 'list', fault: 'hang' });
    expect(await timingOut(t.clock, arrived, listNames(t.tenant))).to.deep.equal(['o0']);
    expect(t.requests).to.deep.equal(['token 200', 'list lost', 'list lost', 'list 200']);
  });

  it('a hang in the body ends with the time-out, and is tried again', async () => {
    await using t = await sandboxed();
    t.auth0.seed(organizations(1));
    t.auth0.fault(LIST, 'hang-in-body', 2);
    const arrived = () => t.auth0.requests.count({ endpoint: 'list', fault: 'hang-in-body' });
    expect(await timingOut(t.clock, arrived, listNames(t.tenant))).to.deep.equal(['o0']);
    expect(t.requests).to.deep.equal(['token 200', 'list lost', 'list lost', 'list 200']);
  });

  it('a hang that lasts is a fault within three minutes', async () => {
    await using t = await sandboxed();
    t.auth0.fault(LIST, 'hang', Infinity);
    const startedAt = t.clock.now();
    const arrived = () => t.auth0.requests.count({ endpoint: 'list' });
    const failure = await rejection(timingOut(t.clock, arrived, listNames(t.tenant)));
    expect(failure).to.include({ reason: 'TargetUnavailable', statusCode: undefined });
    expect(failure).to.have.property('message').that.contains('no complete answer in time');
    expect(t.clock.now() - startedAt).to.be.within(120_000, 180_000);
  });

  it('an outage is a fault after about half a minute, with the network’s own word', async () => {
    await using t = await sandboxed();
    await t.tenant.requireScopes([], never);
    await t.auth0.stop();
    const failure = await rejection(listNames(t.tenant));
    expect(failure).to.be.instanceOf(Fault).and.to.include({ reason: 'TargetUnavailable' });
    expect(failure).to.have.property('message').that.contains('ECONNREFUSED');
    const waited = t.clock.waits.filter((ms) => ms >= 250).reduce((sum, ms) => sum + ms, 0);
    expect(waited).to.be.within(15_000, 40_000);
    expect(t.requests.filter((request) => request === 'list lost')).to.have.length(7);
  });

  for (const status of [408, 500, 502, 503, 504, 520]) {
    it(`status ${status} is tried again`, async () => {
      await using t = await sandboxed();
      t.auth0.fault('*', { kind: 'status', status }, 1);
      t.auth0.fault(LIST, { kind: 'status', status }, 3);
      expect(await listNames(t.tenant)).to.deep.equal([]);
      t.auth0.fault(LIST, { kind: 'status', status }, Infinity);
      const failure = await rejection(listNames(t.tenant));
      expect(failure).to.include({ reason: 'TargetUnavailable', statusCode: status });
    });
  }

  it('a body without end is cut off, and costs little memory', async () => {
    let closed = 0;
    await using server = await startScriptedServer((_seen, response) => {
      response.on('close', () => (closed += 1));
      pour(response);
    });
    const { tenant } = await clientOf(server.host);
    const before = process.memoryUsage().rss;
    const failure = await rejection(listNames(tenant));
    expect(failure).to.include({ reason: 'TargetUnavailable' });
    expect(failure).to.have.property('message').that.contains('the answer is too large');
    expect(process.memoryUsage().rss - before).to.be.below(200 * MiB);
    while (closed < server.seen.length) await nextTurn();
  });

  it('a small body that unpacks to a gigabyte is cut off', async () => {
    const zeros = gzipSync(Buffer.alloc(64 * MiB));
    await using server = await startScriptedServer((_seen, response) => {
      response.setHeader('content-encoding', 'gzip');
      // Members of one gzip stream, one after the other.
      response.end(Buffer.concat(Array.from({ length: 16 }, () => zeros)));
    });
    const { tenant, requests } = await clientOf(server.host);
    const before = process.memoryUsage().rss;
    expect(await rejection(listNames(tenant))).to.include({ reason: 'TargetUnavailable' });
    expect(process.memoryUsage().rss - before).to.be.below(200 * MiB);
    expect(requests.filter((request) => request === 'list lost')).to.have.length(7);
  });

  it('compressed answers are read, broken ones are tried again', async () => {
    const packed = gzipSync(JSON.stringify(PAGE));
    await using server = await startScriptedServer((_seen, response, number) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(number === 1 ? packed.subarray(0, 20) : packed);
    });
    const { tenant, requests } = await clientOf(server.host);
    expect(await listNames(tenant)).to.deep.equal(['a']);
    expect(requests).to.have.length(3);
  });

  for (const status of [301, 302, 303, 307, 308]) {
    it(`a redirect (${status}) is not followed, with a token or a secret`, async () => {
      const elsewhere: Seen[] = [];
      await using other = await startScriptedServer(
        (seen, response) => {
          elsewhere.push(seen);
          json(response, PAGE);
        },
        {
          token(_response, seen) {
            elsewhere.push(seen);
          },
        },
      );
      const redirect = (response: ServerResponse, to: string) =>
        void response.writeHead(status, { location: `https://${other.host}${to}` }).end();
      let redirectsTokens = false;
      await using server = await startScriptedServer(
        ({ url }, response) => redirect(response, url),
        {
          token(response) {
            if (redirectsTokens) return redirect(response, '/oauth/token');
            return json(response, { access_token: 'a.b.c', expires_in: 60 });
          },
        },
      );
      const failure = await rejection(listNames((await clientOf(server.host)).tenant));
      expect(failure).to.include({ reason: 'TargetUnavailable', statusCode: status });
      expect(failure).to.have.property('message').that.contains('not followed');
      redirectsTokens = true;
      const { tenant } = await clientOf(server.host);
      expect(await rejection(tenant.requireScopes([], never))).to.include({
        reason: 'TargetUnavailable',
        statusCode: status,
      });
      expect(elsewhere).to.deep.equal([]);
    });
  }
});

function pour(response: ServerResponse): void {
  const chunk = Buffer.alloc(256 * 1024, 0x20);
  const more = (): void => {
    while (!response.destroyed)
      if (!response.write(chunk)) return void response.once('drain', more);
  };
  more();
}
