import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { type HttpServersOptions, startHttpServers } from '../../../src/telemetry/health.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';

const { registry, sourceRequests } = createMetrics();

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

async function ask(address: string, path: string, method = 'GET'): Promise<Answer> {
  const [, host, port] = /^(.*):(\d+)$/.exec(address) ?? [];
  const sent = request({ host: host?.replace(/[[\]]/g, ''), port, path, method, agent: false });
  sent.end();
  const [response]: IncomingMessage[] = await once(sent, 'response');
  if (response === undefined) throw new Error('no answer');
  const chunks: string[] = [];
  response.setEncoding('utf8');
  for await (const chunk of response) chunks.push(String(chunk));
  return { status: response.statusCode, headers: response.headers, body: chunks.join('') };
}

const READY: HttpServersOptions = {
  metricsBindAddress: '127.0.0.1:0',
  healthProbeBindAddress: '127.0.0.1:0',
  registry,
  livez: () => [{ name: 'watch', ok: true }],
  readyz: () => [],
};

/** Starts the servers, lets `use` ask them, and stops them. */
async function serving(
  options: Partial<HttpServersOptions>,
  use: (addresses: { metrics: string; health: string }) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const { addresses, done } = await startHttpServers({ ...READY, ...options }, stop.signal);
  try {
    await use({ metrics: addresses.metrics ?? '', health: addresses.health ?? '' });
  } finally {
    stop.abort();
    await done;
  }
}

function throwing(): never {
  throw new Error('hidden');
}

/** Resolves when the socket is closed, however it came to it. */
async function closing(socket: Socket): Promise<void> {
  socket.on('error', () => {});
  await new Promise((resolve) => {
    socket.once('close', resolve);
  });
}

describe('startHttpServers', () => {
  it('serves the metrics', async () => {
    await serving({}, async ({ metrics }) => {
      sourceRequests.inc({ code: '304' });
      const { status, headers, body } = await ask(metrics, '/metrics?x=1');
      expect(status).to.equal(200);
      expect(headers['content-type']).to.match(/^text\/plain; version=0\.0\.4/);
      expect(body).to.include('institution_sync_source_requests_total{code="304"} 1\n');
      expect(body).to.match(/[^\n]\n$/);
    });
  });

  it('answers 500 when the metrics cannot be collected, and goes on', async () => {
    const { registry: broken } = createMetrics();
    broken.metrics = async () => {
      throw new Error('hidden');
    };
    await serving({ registry: broken }, async ({ metrics }) => {
      const { status, body } = await ask(metrics, '/metrics');
      expect({ status, body }).to.deep.equal({
        status: 500,
        body: 'the metrics cannot be collected\n',
      });
      expect(await ask(metrics, '/')).to.include({ status: 404 });
    });
  });

  for (const path of ['/livez', '/readyz', '/healthz', '/livez?', '/readyz?timeout=1s']) {
    it(`answers ok on ${path} while all is well`, async () => {
      await serving({}, async ({ health }) => {
        expect(await ask(health, path)).to.include({ status: 200, body: 'ok\n' });
      });
    });
  }

  it('names the checks that fail, and all of them with verbose', async () => {
    const checks = [
      { name: 'watch', ok: false },
      { name: 'lease', ok: true },
      { name: 'queue', ok: false },
    ];
    await serving({ livez: () => checks }, async ({ health }) => {
      const failing = { status: 503, body: 'watch\nqueue\n' };
      expect(await ask(health, '/livez')).to.include(failing);
      expect(await ask(health, '/healthz')).to.include(failing);
      expect(await ask(health, '/livez?verbose')).to.include({
        status: 503,
        body: 'watch: failing\nlease: ok\nqueue: failing\n',
      });
      expect(await ask(health, '/readyz')).to.include({ status: 200 });
    });
    await serving({}, async ({ health }) => {
      expect(await ask(health, '/livez?verbose')).to.include({ body: 'watch: ok\nok\n' });
    });
  });

  it('asks the checks anew for each probe', async () => {
    let ok = true;
    await serving({ readyz: () => [{ name: 'lease', ok }] }, async ({ health }) => {
      expect(await ask(health, '/readyz')).to.include({ status: 200 });
      ok = false;
      expect(await ask(health, '/readyz')).to.include({ status: 503, body: 'lease\n' });
    });
  });

  it('fails the probe when a check throws, and goes on', async () => {
    await serving({ livez: throwing }, async ({ health }) => {
      expect(await ask(health, '/livez')).to.include({ status: 503, body: 'checks\n' });
      expect(await ask(health, '/readyz')).to.include({ status: 200 });
    });
  });

  it('answers 404 elsewhere', async () => {
    await serving({}, async ({ metrics, health }) => {
      for (const path of ['/', '/livez', '/metrics/', '//', '/%00']) {
        expect(await ask(metrics, path), path).to.include({ status: 404 });
      }
      for (const path of ['/', '/metrics', '/livez/x', '/LIVEZ', '/..']) {
        expect(await ask(health, path), path).to.include({ status: 404 });
      }
    });
  });

  it('answers 405 to other methods, and HEAD like GET', async () => {
    await serving({}, async ({ metrics, health }) => {
      for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
        const { status, headers } = await ask(health, '/livez', method);
        expect({ status, allow: headers['allow'] }).to.deep.equal({
          status: 405,
          allow: 'GET, HEAD',
        });
      }
      expect(await ask(metrics, '/metrics', 'POST')).to.include({ status: 405 });
      expect(await ask(health, '/livez', 'HEAD')).to.include({ status: 200, body: '' });
    });
  });

  it('listens where it is told, or not at all', async () => {
    for (const [given, expected] of [
      ['127.0.0.1:0', /^127\.0\.0\.1:\d+$/],
      ['localhost:0', /^(127\.0\.0\.1|\[::1\]):\d+$/],
      [':0', /^(0\.0\.0\.0|\[::\]):[1-9]\d+$/],
    ] as const) {
      await serving({ metricsBindAddress: given }, async ({ metrics }) => {
        expect(metrics).to.match(expected);
      });
    }
    for (const none of ['0', '']) {
      await serving({ metricsBindAddress: none }, async ({ metrics, health }) => {
        expect(metrics).to.equal('');
        expect(await ask(health, '/livez')).to.include({ status: 200 });
      });
    }
  });

  it('needs no server at all', async () => {
    await serving({ metricsBindAddress: '0', healthProbeBindAddress: '0' }, async (addresses) => {
      expect(addresses).to.deep.equal({ metrics: '', health: '' });
    });
  });

  for (const wrong of ['8080', 'localhost', 'localhost:', ':http', ':65536', ':-1', ' ']) {
    it(`refuses the address ${JSON.stringify(wrong)}, and leaves nothing open`, async () => {
      const { signal } = new AbortController();
      const error = await startHttpServers(
        { ...READY, healthProbeBindAddress: wrong },
        signal,
      ).catch((reason: unknown) => reason);
      expect(error)
        .to.be.instanceOf(RangeError)
        .with.property('message')
        .that.includes(`"${wrong}"`);
    });
  }

  it('rejects when an address is taken, and leaves nothing open', async () => {
    await serving({}, async ({ health: taken }) => {
      const free = createServer().listen(0, '127.0.0.1');
      await once(free, 'listening');
      const address = free.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      free.close();
      await once(free, 'close');
      const options = {
        ...READY,
        metricsBindAddress: `127.0.0.1:${port}`,
        healthProbeBindAddress: taken,
      };
      const error = await startHttpServers(options, new AbortController().signal).catch(
        (reason: unknown) => reason,
      );
      expect(error).to.have.property('code', 'EADDRINUSE');
      const refused = await ask(`127.0.0.1:${port}`, '/metrics').catch((reason: unknown) => reason);
      expect(refused).to.have.property('code', 'ECONNREFUSED');
    });
  });

  it('starts nothing when the signal has aborted', async () => {
    const error = await startHttpServers(READY, AbortSignal.abort('over')).catch(
      (reason: unknown) => reason,
    );
    expect(error).to.equal('over');
  });

  it('stops at once, though connections are idle or half-way', async () => {
    const stop = new AbortController();
    const { addresses, done } = await startHttpServers(READY, stop.signal);
    const port = Number(addresses.health?.split(':')[1]);
    const idle = connect(port, '127.0.0.1');
    idle.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(idle, 'data');
    const halfWay = connect(port, '127.0.0.1');
    halfWay.write('GET /livez HTTP/1.1\r\nHo');
    await once(halfWay, 'connect');
    const ended = Promise.all([closing(idle), closing(halfWay)]);
    stop.abort();
    await done;
    await ended;
    const refused = await ask(`127.0.0.1:${port}`, '/livez').catch((reason: unknown) => reason);
    expect(refused).to.have.property('code', 'ECONNREFUSED');
  });

  it('survives requests that are no HTTP', async () => {
    await serving({}, async ({ health }) => {
      const port = Number(health.split(':')[1]);
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.end('\u0000\u0001 nonsense\r\n\r\n');
      const [answer]: Buffer[] = await once(socket, 'data');
      expect(answer?.toString()).to.match(/^HTTP\/1\.1 400 /);
      socket.destroy();
      expect(await ask(health, '/livez')).to.include({ status: 200 });
    });
  });
});
