import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { runProbes } from '../../node-agent/probes.ts';
import { containerWith, probeOf } from './pods.ts';

const FAST = { periodSeconds: 0.01 };

describe('probes', () => {
  let server: Server;
  let port: number;
  /** The answers to come; the last one stays. */
  let statuses: number[];
  let paths: string[];
  let stop: AbortController;

  beforeEach(async () => {
    statuses = [200];
    paths = [];
    stop = new AbortController();
    server = createServer(({ url = '' }, response) => {
      paths.push(url);
      response.statusCode = (statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 500;
      response.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });
  afterEach(async () => {
    stop.abort();
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });

  /** Runs the probes until `until` is told; resolves with all that was told. */
  async function told(probes: Readonly<Record<string, object>>, until: string): Promise<string[]> {
    const ports = [{ name: 'health', containerPort: port }];
    const container = containerWith({ ports, ...probes });
    const said: string[] = [];
    const enough = Promise.withResolvers<void>();
    function tell(what: string): void {
      said.push(what);
      if (what === until) enough.resolve();
    }
    const handlers = {
      onStarted: () => tell('started'),
      onReady: (ready: boolean) => tell(ready ? 'ready' : 'not ready'),
      onDead: (why: string) => tell(why),
    };
    const running = runProbes(container, '127.0.0.1', handlers, stop.signal);
    await Promise.race([enough.promise, running]);
    stop.abort();
    await running;
    return said.filter((what, index) => what !== said[index - 1]);
  }

  it('are not needed', async () => {
    expect(await told({}, 'ready')).to.deep.equal(['started', 'ready']);
    expect(paths).to.deep.equal([]);
  });

  it('wait for the startup probe before all others', async () => {
    statuses = [503, 503, 200];
    const startupProbe = probeOf({ ...FAST, failureThreshold: 5 });
    const readinessProbe = probeOf({ ...FAST, httpGet: { path: '/ready', port } });
    expect(await told({ startupProbe, readinessProbe }, 'ready')).to.deep.equal([
      'started',
      'ready',
    ]);
    expect(paths.slice(0, 4)).to.deep.equal(['/readyz', '/readyz', '/readyz', '/ready']);
  });

  it('tell of a container that does not start', async () => {
    statuses = [503];
    const startupProbe = probeOf({ ...FAST, failureThreshold: 3 });
    expect(await told({ startupProbe }, 'never')).to.deep.equal(['startup probe failed']);
    expect(paths).to.have.length(3);
  });

  it('tell of readiness that goes and comes', async () => {
    statuses = [200, 500, 500, 200];
    const readinessProbe = probeOf({ ...FAST, failureThreshold: 2 });
    const said = await told({ readinessProbe }, 'not ready');
    expect(said).to.deep.equal(['started', 'ready', 'not ready']);
  });

  it('tell of a container that lives no more', async () => {
    statuses = [200, 500, 200, 500, 500];
    const livenessProbe = probeOf({ ...FAST, failureThreshold: 2 });
    const said = await told({ livenessProbe }, 'liveness probe failed');
    expect(said).to.deep.equal(['started', 'ready', 'liveness probe failed']);
    expect(paths).to.have.length(5);
  });
});
