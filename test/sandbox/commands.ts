import { z } from 'zod';
import { ALL_SCOPES, type Auth0Sandbox } from './auth0/start.ts';
import { BUCKETS } from './auth0/limits.ts';
import { organizationBodies } from './auth0/organization-body.ts';
import type { Command, Commands } from './control.ts';
import { FaultKind, FaultMatch, FaultName } from './fault-kinds.ts';
import { institutions } from './institutions.ts';
import type { Sandbox } from './server.ts';
import type { TheSandbox } from './the/start.ts';

const { create, update } = organizationBodies(true);

const Fault = z.strictObject({
  match: z.union([z.string(), FaultMatch]),
  kind: z.union([FaultName, FaultKind]),
  times: z.union([z.int().min(1), z.literal('always')]).default(1),
});
const Seed = z.strictObject({ organizations: z.array(create) });
const Edit = z.strictObject({ id: z.string(), changes: update });
const One = z.strictObject({ id: z.string() });
const Rotate = z.strictObject({
  clientId: z.string().exactOptional(),
  secret: z.string().exactOptional(),
});
const Mint = z.strictObject({
  scopes: z.array(z.enum(ALL_SCOPES)).exactOptional(),
  expiresIn: z.int().exactOptional(),
  audience: z.string().exactOptional(),
});
const Compete = z.strictObject({
  bucket: z.enum(BUCKETS),
  share: z.number(),
  atATime: z.int().min(1).exactOptional(),
});
const SetRows = z.union([
  z.strictObject({ rows: z.array(z.record(z.string(), z.unknown())) }),
  /** `without`: one in so many is missing. */
  z.strictObject({ count: z.int().min(0), without: z.int().min(2).exactOptional() }),
]);
const Shuffle = z.strictObject({ seed: z.int() });

/** Everything that another process may ask of the two sandboxes. */
export function sandboxCommands(auth0: Auth0Sandbox, the: TheSandbox): Commands {
  const competitors: ReturnType<Auth0Sandbox['competitor']>[] = [];
  return {
    ...serverCommands('/auth0', auth0),
    ...serverCommands('/the', the),
    'GET /auth0/organizations': () => auth0.organizations(),
    'GET /auth0/connections': () => auth0.connections(),
    'GET /auth0/buckets': () => auth0.buckets(),
    'GET /auth0/competitors': () => competitors.map((competitor) => competitor.report()),
    'POST /auth0/seed': on(Seed, ({ organizations }) => auth0.seed(organizations)),
    'POST /auth0/edit': on(Edit, ({ id, changes }) => auth0.editOrganization(id, changes)),
    'POST /auth0/remove': on(One, ({ id }) => auth0.removeOrganization(id)),
    'POST /auth0/revoke': () => auth0.revokeTokens(),
    'POST /auth0/expire': () => auth0.expireTokens(),
    'POST /auth0/rotate-secret': on(Rotate, ({ clientId = auth0.clientId, secret }) => ({
      clientSecret: auth0.rotateSecret(clientId, secret),
    })),
    'POST /auth0/mint-token': on(Mint, (wanted) => ({ token: auth0.mintToken(wanted) })),
    'POST /auth0/compete': on(Compete, (wanted) => {
      competitors.push(auth0.competitor(wanted));
    }),
    'GET /the/rows': () => the.rows(),
    'POST /the/set-rows': on(SetRows, (wanted) => {
      if ('rows' in wanted) return the.setRows(wanted.rows);
      const { count, without = Infinity } = wanted;
      the.setRows(institutions(count).filter((_row, index) => (index + 1) % without !== 0));
    }),
    'POST /the/shuffle': on(Shuffle, ({ seed }) => the.shuffle(seed)),
  };
}

function serverCommands(prefix: string, sandbox: Sandbox): Commands {
  return {
    [`GET ${prefix}/requests`]: () => sandbox.requests.all(),
    [`GET ${prefix}/counts`]: () => sandbox.requests.counts(),
    [`POST ${prefix}/clear-requests`]: () => sandbox.requests.clear(),
    [`POST ${prefix}/fault`]: on(Fault, ({ match, kind, times }) =>
      sandbox.fault(match, kind, times === 'always' ? Infinity : times),
    ),
    [`POST ${prefix}/clear-faults`]: () => sandbox.clearFaults(),
  };
}

function on<T>(schema: z.ZodType<T>, command: (body: T) => unknown): Command {
  return (body) => command(schema.parse(body));
}
