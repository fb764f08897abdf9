import { expect } from 'chai';
import { Agent, fetch } from 'undici';
import type { Endpoint } from '../../../src/auth0/pacing/endpoint.ts';
import { createPacer, type Pacer } from '../../../src/auth0/pacing/pacer.ts';
import { systemClock } from '../../../src/time/clock.ts';
import {
  startAuth0Sandbox,
  type Auth0Options,
  type Auth0Sandbox,
} from '../../sandbox/auth0/start.ts';

const never = new AbortController().signal;

/** A client of the sandbox that does nothing but ask its pacer for leave. */
interface Client {
  readonly sandbox: Auth0Sandbox;
  readonly pacer: Pacer;
  send(endpoint: Endpoint, method: string, path: string, body?: object): Promise<unknown>;
  stop(): Promise<void>;
}

async function open(options: Auth0Options): Promise<Client> {
  const sandbox = await startAuth0Sandbox(options);
  const dispatcher = new Agent({ connect: { ca: sandbox.ca } });
  const pacer = createPacer({ clock: systemClock });
  const token = sandbox.mintToken();

  async function send(endpoint: Endpoint, method: string, path: string, body?: object) {
    for (;;) {
      const permit = await pacer.acquire(endpoint, 1, never);
      const response = await fetch(`${sandbox.url}/api/v2${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
        dispatcher,
      });
      const text = await response.text();
      permit.answered(response.status, new Headers([...response.headers]));
      if (response.status === 429) continue;
      if (!response.ok) throw new Error(`${response.status}: ${text}`);
      return text === '' ? undefined : (JSON.parse(text) as unknown);
    }
  }

  return {
    sandbox,
    pacer,
    send,
    async stop() {
      await dispatcher.close();
      await sandbox.stop();
    },
  };
}

/** Creates so many organizations, 16 at a time, and returns the seconds it took. */
async function create(client: Client, count: number): Promise<number> {
  const started = performance.now();
  let next = 0;
  async function worker(): Promise<void> {
    while (next < count) {
      const name = `i-${10_000_000 + next}`;
      next += 1;
      await client.send('organizationWrites', 'POST', '/organizations', { name });
    }
  }
  await Promise.all(Array.from({ length: 16 }, worker));
  return (performance.now() - started) / 1000;
}

describe('pacing against a tenant', function () {
  this.timeout(30_000);
  let client: Client;

  afterEach(() => client.stop());

  // On a busy machine the process itself stands still longer than a fast bucket needs to fill, so the
  // faster ones only show that the rate is learnt; the unit tests measure it on a virtual clock.
  for (const [name, atMost, options] of [
    ['twenty times as fast', 2, { timeScale: 20 }],
    [
      'twenty times as fast, with fractions of a second',
      2,
      { timeScale: 20, fractionalReset: true },
    ],
    ['that refills each second, twenty times as fast', 2, { timeScale: 20, refill: 'per-second' }],
    ['a hundred times as fast', 8, { timeScale: 100 }],
    ['a hundred times as fast, 5 ms away', 8, { timeScale: 100, latencyMs: 5 }],
  ] as const) {
    it(`uses what there is, of a tenant ${name}`, async () => {
      client = await open(options);
      const count = 100;

      const seconds = await create(client, count);

      const bound = (count - 5) / (2.5 * options.timeScale);
      expect(client.sandbox.tooManyRequests()).to.be.at.most(1);
      expect(seconds / bound).to.be.below(atMost);
    });
  }

  it('is hardly refused while another client takes its part, and leaves it that', async () => {
    client = await open({ timeScale: 40 });
    const rival = client.sandbox.competitor({ bucket: 'writes', share: 0.4 });

    await create(client, 150);

    const { refused, asked } = rival.stop();
    expect(refused / asked).to.be.at.most(0.02);
    expect(client.sandbox.tooManyRequests()).to.be.at.most(1);
  });

  it('keeps to the bucket over all endpoints that the plan documents, while it removes', async () => {
    client = await open({ timeScale: 40, plan: 'essentials' });
    const names = Array.from({ length: 40 }, (_, index) => ({ name: `i-${10_000_000 + index}` }));
    const ids = client.sandbox.seed(names);
    await client.send('list', 'GET', '/organizations?take=50');

    await Promise.all(
      ids.map(async (id) => {
        await client.send('byId', 'GET', `/organizations/${id}`);
        await client.send('organizationWrites', 'DELETE', `/organizations/${id}`);
      }),
    );

    expect(client.sandbox.tooManyRequests()).to.be.at.most(2);
  });

  it('finds a bucket over all endpoints that no header tells of', async () => {
    client = await open({ timeScale: 20, hiddenLimit: { burst: 20, perMinute: 60 } });

    await create(client, 60);

    expect(client.sandbox.tooManyRequests()).to.be.within(1, 9);
  });
});
