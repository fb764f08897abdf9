import fc from 'fast-check';
import { Fault } from '../../../src/api/fault.ts';
import { createPacer } from '../../../src/auth0/pacing/pacer.ts';
import { Refusal } from '../../../src/auth0/refusal.ts';
import { openTenant } from '../../../src/auth0/tenant.ts';
import { leapingClock } from '../clock.ts';
import { corpusList } from '../corpus.ts';
import { defineEdge } from '../edge.ts';
import { CANARY, declared, must } from '../judge.ts';
import { longText, mutated, nastyText, nastyValue } from '../nasty.ts';
import { silentLog } from '../silent-log.ts';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Exchange {
  /** In place of the answers that would come; then right ones follow. */
  readonly answers: readonly Answer[];
  readonly operation: number;
}

const ORGANIZATION = {
  id: 'org_abcdefghijklmnop',
  name: 'i-1',
  display_name: 'One',
  metadata: { institutionId: 'i-1' },
};
const BODIES = {
  token: {
    access_token: 'a.b.c',
    expires_in: 86_400,
    scope: 'read:organizations',
    token_type: 'Bearer',
  },
  page: { organizations: [ORGANIZATION], next: 'MTIz' },
  organization: ORGANIZATION,
  connections: [{ id: 'con_1', name: 'db' }],
  enabled: { enabled_connections: [{ connection_id: 'con_1', assign_membership_on_login: false }] },
  error: {
    statusCode: 403,
    error: 'Forbidden',
    message: 'Insufficient scope, expected any of: x',
    errorCode: 'insufficient_scope',
  },
};
const never = new AbortController().signal;

const headers = fc.record(
  {
    'x-ratelimit-limit': nastyText,
    'x-ratelimit-remaining': nastyText,
    'x-ratelimit-reset': fc.oneof(
      nastyText,
      fc.constantFrom('1750000030', '99999999999', '-1', '1e308'),
    ),
    'retry-after': fc.oneof(
      nastyText,
      fc.constantFrom('1', '999999999999999', 'Fri, 31 Dec 9999 23:59:59 GMT'),
    ),
    date: fc.oneof(
      nastyText,
      fc.constantFrom('Thu, 01 Jan 1970 00:00:00 GMT', 'Fri, 31 Dec 9999 23:59:59 GMT'),
    ),
  },
  { requiredKeys: [] },
);
const body = fc.oneof(
  fc
    .constantFrom(...Object.values(BODIES))
    .chain(mutated)
    .map((value) => JSON.stringify(value)),
  nastyValue.map((value) => JSON.stringify(value)),
  longText,
);
const answer = fc.record({
  status: fc.oneof(
    fc.constant(200),
    fc.constantFrom(
      0,
      100,
      201,
      204,
      206,
      301,
      302,
      304,
      400,
      401,
      403,
      404,
      408,
      409,
      410,
      413,
      414,
      418,
      429,
      431,
      500,
      502,
      503,
      504,
      999,
    ),
  ),
  headers,
  body,
});

type Tenant = ReturnType<typeof openTenant>;
const OPERATIONS: readonly ((tenant: Tenant) => Promise<unknown>)[] = [
  async (tenant) => {
    for await (const page of tenant.listOrganizations(never))
      must(
        page.every(({ id }) => /^[\w-]+$/.test(id)),
        'an id',
      );
  },
  (tenant) => tenant.requireScopes(['read:organizations'], never),
  (tenant) => tenant.readOrganization('org_1', never),
  (tenant) => tenant.readOrganizationByName('i-1', never),
  (tenant) =>
    tenant.createOrganization(
      { name: 'i-1', displayName: 'One', metadata: {}, connections: [] },
      never,
    ),
  (tenant) => tenant.updateOrganization('org_1', { metadata: { institutionId: 'i-1' } }, never),
  (tenant) => tenant.deleteOrganization('org_1', never),
  (tenant) => tenant.findConnection('db', never),
  (tenant) => tenant.listEnabledConnections('org_1', never),
  (tenant) =>
    tenant.enableConnection(
      'org_1',
      { connectionId: 'con_1', assignMembershipOnLogin: true },
      never,
    ),
];

/** Auth0's answers, the token endpoint's among them, and the headers of rate limits in them. */
export const auth0Answer = defineEdge<Exchange>({
  name: 'auth0-answer',
  corpus: () => [
    ...corpusList<Answer>('auth0-answers.json').flatMap(([label, answer]) =>
      OPERATIONS.map((_, operation) => [label, { operation, answers: [answer, answer] }] as const),
    ),
    ...giants().map(
      ([label, body, status = 400]) =>
        [
          label,
          {
            operation: 2,
            answers: [
              { status: 200, headers: {}, body: JSON.stringify(BODIES.token) },
              { status, headers: {}, body },
            ],
          },
        ] as const,
    ),
  ],
  made: fc.record({
    answers: fc.array(answer, { minLength: 1, maxLength: 4 }),
    operation: fc.nat(OPERATIONS.length - 1),
  }),
  async attempt({ answers, operation }) {
    const clock = leapingClock();
    let requests = 0;
    const tenant = openTenant({
      domain: 'acme.eu.auth0.com',
      audience: 'https://acme.eu.auth0.com/api/v2/',
      tokenEndpoint: 'https://acme.eu.auth0.com/oauth/token',
      credentials: { kind: 'secret', clientId: 'id', clientSecret: CANARY },
      pacer: createPacer({ clock }),
      requestBudget: 100,
      clock,
      random: () => 0.5,
      log: silentLog,
      async fetch(url, { method, headers, beforeSending = () => {} }) {
        beforeSending();
        must(new URL(url).host === 'acme.eu.auth0.com', `a request goes to ${url}`);
        // What came from Auth0 is sent back as the value of a header.
        must(!/[^\x20-\x7e]/.test(Object.values(headers).join('')), 'a header cannot be sent');
        const { status, headers: given, body } = answers[requests] ?? rightAnswer(method, url);
        requests += 1;
        must(requests < 1_000, 'requests without end');
        return {
          status,
          headers: { get: (name) => given[name.toLowerCase()] ?? null },
          body: chunks(body),
        };
      },
    });
    await declared(
      () => Promise.race([OPERATIONS[operation]?.(tenant), clock.failed]),
      Fault,
      Refusal,
    );
    // Each of the four may ask for a wait of ten minutes; then failures are told within three.
    must(
      clock.slept() <= (answers.length * 600 + 180) * 1000,
      `Auth0 is waited for ${clock.slept()} ms`,
    );
  },
});

function rightAnswer(method: string, url: string): Answer {
  const { pathname } = new URL(url);
  const headers = {};
  if (pathname === '/oauth/token')
    return { status: 200, headers, body: JSON.stringify(BODIES.token) };
  if (method === 'DELETE') return { status: 204, headers, body: '' };
  if (pathname.endsWith('/organizations') && method === 'GET') {
    return { status: 200, headers, body: '{"organizations":[]}' };
  }
  if (pathname.endsWith('/connections'))
    return { status: 200, headers, body: JSON.stringify(BODIES.connections) };
  if (pathname.endsWith('/enabled_connections') && method === 'GET') {
    return { status: 200, headers, body: JSON.stringify(BODIES.enabled) };
  }
  return { status: 200, headers, body: JSON.stringify(ORGANIZATION) };
}

async function* chunks(body: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(body);
}

function giants(): readonly (readonly [label: string, body: string, status?: number])[] {
  const message = (text: string) => JSON.stringify({ message: text });
  return [
    ['half tokens', message('-eyJ'.repeat(500_000))],
    ['tokens', message('eyJa.b.c '.repeat(200_000))],
    ['dots', message(`eyJ${'.'.repeat(1_000_000)}`)],
    ['secrets', message(CANARY.repeat(20_000))],
    ['a secret at the end of a long message', message(`${'x'.repeat(299)}${CANARY}`)],
    ['control characters', message('\u0001\n'.repeat(500_000))],
    ['deep', `${'['.repeat(500_000)}${']'.repeat(500_000)}`],
    ['deep error', `{"message":${'{"a":'.repeat(500_000)}1${'}'.repeat(500_000)}}`],
    ['too large', JSON.stringify({ message: 'x'.repeat(9_000_000) })],
    [
      'much metadata',
      JSON.stringify({
        ...ORGANIZATION,
        metadata: Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`k${i}`, 'v'])),
      }),
      200,
    ],
    ['long name', JSON.stringify({ ...ORGANIZATION, name: 'n'.repeat(5_000_000) }), 200],
  ];
}
