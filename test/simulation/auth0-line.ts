import type { Fetch } from '../../src/auth0/fetch.ts';
import type { Answer } from '../sandbox/exchange.ts';
import { garbled, insteadOf, plain, responseOf, type Auth0Answer } from './auth0-answers.ts';
import { openAuth0Listings } from './auth0-listings.ts';
import { learn } from './auth0-learning.ts';
import type { Dice } from './dice.ts';
import type { Guards } from './guards.ts';
import type { WriteRequest } from './judge.ts';
import { specOf, type Knowledge } from './knowledge.ts';
import type { Machine } from './machine.ts';
import type { ModelTenant } from './model-tenant.ts';
import { openNetwork } from './network.ts';
import type { Tally } from './tally.ts';
import type { Timeline } from './timeline.ts';
import type { Weather } from './weather.ts';

/** Small pages, so that small tenants have several. */
const LARGEST_PAGE = 4;

/** The tenant as machines reach it. */
export interface Auth0Service {
  connect(machine: Machine): Fetch;
  open(machine: Machine): number;
  /** How often a listing during which the tenant changes shows a row twice or not at all, 0 to 1. */
  unsteadiness: number;
  /** Called when a listing begins. */
  onListing: () => void;
  /** Called when a machine has sent a write, or the reading that comes before one. */
  onWork: (machine: Machine) => void;
}

export function openAuth0Service(options: {
  readonly tenant: ModelTenant;
  readonly timeline: Timeline;
  readonly weather: Weather;
  readonly knowledge: Knowledge;
  readonly guards: Guards;
  readonly dice: Dice;
  readonly tally: Tally;
}): Auth0Service {
  const { tenant, timeline, weather, knowledge, guards, dice } = options;
  const network = openNetwork(timeline, weather);
  const listings = openAuth0Listings(options);

  function call(url: URL, init: Parameters<Fetch>[1]) {
    const query = new URLSearchParams(url.searchParams);
    if (query.has('take')) query.set('take', String(LARGEST_PAGE));
    return {
      method: init.method,
      path: url.pathname,
      query,
      headers: { ...init.headers, host: tenant.host },
      body: Buffer.from(init.body ?? ''),
      tooLarge: false,
    };
  }

  /** All connections are taken; the request waits for one, perhaps while the process is paused. */
  function untilConnected(machine: Machine, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const ready = timeline.after(dice.between(1, 1_500), () => machine.deliver(resolve));
      const stop = () => {
        ready.cancel();
        reject(signal.reason);
      };
      signal.addEventListener('abort', stop, { once: true });
    });
  }

  const service: Auth0Service = {
    unsteadiness: 0,
    onListing: () => {},
    onWork: () => {},
    open: (machine) => network.open(machine),
    connect: (machine) => {
      return async (address, init) => {
        const url = new URL(address);
        const token = (init.headers['authorization'] ?? '').replace('Bearer ', '');
        const object = tenant.clientOf(token);
        const session = object === undefined ? undefined : knowledge.session(machine, object);
        const isWrite = init.method !== 'GET' && url.pathname !== '/oauth/token';
        const write: WriteRequest | undefined =
          isWrite && session !== undefined
            ? {
                session,
                method: init.method,
                path: url.pathname,
                spec: session.seen && specOf(session.seen),
              }
            : undefined;
        const reader = `${machine.name} ${object}`;
        const isListing = init.method === 'GET' && url.searchParams.has('take');
        if (session !== undefined && url.pathname.includes('/organizations') && !isListing) {
          guards.notePlanned(session);
          service.onWork(machine);
        }
        if (write !== undefined) guards.onCall(write);
        if (dice.chance(0.3)) await untilConnected(machine, init.signal);
        init.beforeSending?.();
        if (write !== undefined) guards.onSend(write);
        const fate = weather.fate();

        async function shown(answer: Answer | Promise<Answer>): Promise<Omit<Auth0Answer, 'at'>> {
          const right = await answer;
          if (fate === 'errorAfter') return plain({ status: dice.pick([500, 502, 503, 504]) });
          const from = url.searchParams.get('from');
          const page = isListing ? listings.page(right, reader, from, service.unsteadiness) : right;
          return fate === 'garbage' ? garbled(page, dice) : plain(page);
        }

        function serve(reply: (answer: Auth0Answer) => void): void {
          const at = timeline.now();
          const instead = insteadOf(fate, dice);
          if (instead !== undefined) return reply({ ...instead, at });
          guards.onArrival(write);
          const request = call(url, init);
          if (isListing && !request.query.has('from') && object !== undefined) {
            listings.begin(reader);
            service.onListing();
          }
          void shown(tenant.route(request).answer(request)).then((answer) =>
            reply({ ...answer, at }),
          );
          // The effect has taken place; only the answer is still made.
          guards.onArrival(undefined);
        }

        const got = await network.send<Auth0Answer>({
          machine,
          fate,
          signal: init.signal,
          serve,
          learn: (answer) => {
            if (session !== undefined) learn(session, url, init, answer);
          },
        });
        return responseOf(got);
      };
    },
  };
  return service;
}
