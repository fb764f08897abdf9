import type { Fetch, FetchedResponse } from '../../src/auth0/fetch.ts';
import type { Answer } from '../sandbox/exchange.ts';
import type { Dice } from './dice.ts';
import type { Guards } from './guards.ts';
import type { WriteRequest } from './judge.ts';
import { specOf, type Knowledge, type Session } from './knowledge.ts';
import type { Machine } from './machine.ts';
import type { ModelTenant, OrganizationState } from './model-tenant.ts';
import { openNetwork } from './network.ts';
import { count, type Tally } from './tally.ts';
import type { Timeline } from './timeline.ts';
import type { Fate, Weather } from './weather.ts';

/** Small pages, so that small tenants have several. */
const LARGEST_PAGE = 4;

/** The tenant as machines reach it. */
export interface Auth0Service {
  connect(machine: Machine): Fetch;
  open(machine: Machine): number;
  /** How often a listing during which the tenant changes shows a row twice or not at all, 0 to 1. */
  unsteadiness: number;
}

interface Auth0Answer {
  readonly answer: Answer;
  readonly at: number;
  readonly body: Buffer;
  readonly isReadable: boolean;
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
  const { tenant, timeline, weather, knowledge, guards, dice, tally } = options;
  const network = openNetwork(timeline, weather);

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

  function unsteady(answer: Answer, listedAt: number): Answer {
    const page = answer.body as { organizations?: readonly unknown[] } | undefined;
    const rows = page?.organizations;
    if (rows === undefined || rows.length === 0 || listedAt > tenant.changedAt()) return answer;
    if (!dice.chance(service.unsteadiness)) return answer;
    const skip = dice.chance(0.5);
    count(tally, `fault: Auth0 listing ${skip ? 'skips' : 'repeats'} a row`);
    const at = dice.below(rows.length);
    const shown = skip ? rows.toSpliced(at, 1) : [...rows, rows[at]];
    return { ...answer, body: { ...page, organizations: shown } };
  }

  const service: Auth0Service = {
    unsteadiness: 0,
    open: (machine) => network.open(machine),
    connect: (machine) => {
      const listings = new Map<string, number>();
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
        const isListing = init.method === 'GET' && url.searchParams.has('take');
        if (session !== undefined && url.pathname.includes('/organizations') && !isListing) {
          guards.notePlanned(session);
        }
        if (write !== undefined) guards.onSend(write);
        const fate = weather.fate();

        async function shown(answer: Answer | Promise<Answer>): Promise<Omit<Auth0Answer, 'at'>> {
          const right = await answer;
          if (fate === 'errorAfter') return plain({ status: dice.pick([500, 502, 503, 504]) });
          const listedAt = listings.get(object ?? '') ?? 0;
          const page = isListing ? unsteady(right, listedAt) : right;
          return fate === 'garbage' ? garbled(page, dice) : plain(page);
        }

        function serve(reply: (answer: Auth0Answer) => void): void {
          const at = timeline.now();
          const instead = insteadOf(fate, dice);
          if (instead !== undefined) return reply({ ...instead, at });
          guards.onArrival(write);
          const request = call(url, init);
          if (isListing && !request.query.has('from') && object !== undefined) {
            listings.set(object, at);
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

function insteadOf(fate: Fate, dice: Dice): Omit<Auth0Answer, 'at'> | undefined {
  if (fate === 'error') {
    return plain({ status: dice.pick([500, 502, 503]), body: { message: 'not now' } });
  }
  if (fate === 'throttled') {
    const body = { statusCode: 429, error: 'Too Many Requests', message: 'Global limit' };
    return plain({ status: 429, body, headers: dice.chance(0.5) ? { 'retry-after': '1' } : {} });
  }
  if (fate === 'denied') {
    const body = { statusCode: 401, error: 'Unauthorized', message: 'Invalid token' };
    return plain({ status: 401, body });
  }
  return undefined;
}

function plain(answer: Answer): Omit<Auth0Answer, 'at'> {
  const body = answer.body === undefined ? '' : JSON.stringify(answer.body);
  return { answer, body: Buffer.from(body), isReadable: true };
}

function garbled(answer: Answer, dice: Dice): Omit<Auth0Answer, 'at'> {
  const text = JSON.stringify(answer.body ?? {});
  const body = dice.pick([
    '',
    '<!doctype html><title>Sorry</title>',
    text.slice(0, text.length / 2),
    '{"ok":true}',
    'null',
  ]);
  return { answer: { ...answer, status: 200 }, body: Buffer.from(body), isReadable: false };
}

interface ShownOrganization {
  readonly id: string;
  readonly name: string;
  readonly display_name?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What an answer tells the process that gets it. */
function learn(
  session: Session,
  url: URL,
  { method, body }: Parameters<Fetch>[1],
  { answer, at, isReadable }: Auth0Answer,
): void {
  const path = url.pathname.replace('/api/v2', '');
  const ok = answer.status >= 200 && answer.status < 300;
  const id = /^\/organizations\/([^/]+)$/.exec(path)?.[1];
  // A removal needs no body to be believed.
  if (method === 'DELETE' && ok) session.organizations.delete(id ?? '');
  if (!isReadable) return;
  if (method === 'POST' && path === '/organizations' && answer.status === 409) {
    session.run?.taken.add((JSON.parse(body ?? '{}') as { name: string }).name);
  }
  if (method === 'GET' && id !== undefined && (ok || answer.status === 404)) {
    session.reads.set(id, {
      state: ok ? stateOf(answer.body as ShownOrganization) : undefined,
      at,
    });
  }
  if (id !== undefined && answer.status === 404) session.organizations.delete(id);
  if (!ok) return;
  if (method === 'GET' && path === '/organizations') {
    const page = answer.body as { organizations: readonly ShownOrganization[]; next?: string };
    session.listed({
      isFirst: !url.searchParams.has('from'),
      isLast: page.next === undefined,
      at,
      rows: new Map(page.organizations.map((shown) => [shown.id, stateOf(shown)])),
    });
  } else if (method !== 'DELETE' && /^\/organizations(\/name\/[^/]+|\/[^/]+)?$/.test(path)) {
    const shown = answer.body as ShownOrganization;
    session.organizations.set(shown.id, stateOf(shown));
  }
}

function stateOf(shown: ShownOrganization): OrganizationState {
  return {
    name: shown.name,
    displayName: shown.display_name,
    metadata: shown.metadata ?? {},
  };
}

/** As much of a response as the client uses. */
function responseOf({ answer, body }: Auth0Answer): FetchedResponse {
  return {
    status: answer.status,
    headers: new Headers(answer.headers),
    body: new ReadableStream({
      start(controller) {
        if (body.length > 0) controller.enqueue(body);
        controller.close();
      },
    }),
  };
}
