import { startServer, type Sandbox, type ServerOptions } from '../server.ts';
import { routeApi } from './api.ts';
import { openCheckpoints } from './checkpoints.ts';
import { openClients, type ClientOptions, type Clients } from './clients.ts';
import type { Competitor, CompetitorOptions } from './competitor.ts';
import { connectionEndpoints } from './connection-endpoints.ts';
import { openConnectionStore } from './connection-store.ts';
import type { Refill } from './bucket.ts';
import { openLimiter, type BucketState } from './limiter.ts';
import { PLANS, type BucketName, type Limit, type Limits, type PlanName } from './limits.ts';
import { organizationConnectionEndpoints } from './organization-connection-endpoints.ts';
import { organizationEndpoints } from './organization-endpoints.ts';
import { openOrganizationStore } from './organization-store.ts';
import { ALL_SCOPES, OPERATOR_SCOPES } from './scopes.ts';
import { openTenant, type Tenant } from './tenant.ts';
import { tokenEndpoint } from './token-endpoint.ts';
import { openTokens } from './tokens.ts';

export interface Auth0Options extends ServerOptions {
  /** The subscription whose limits hold; `enterprise` by default. */
  readonly plan?: PlanName;
  /** Limits in place of the plan's. */
  readonly limits?: Limits;
  /** A tenant-wide bucket of which no header tells. */
  readonly hiddenLimit?: Limit;
  /** When buckets get more; `continuous` by default. */
  readonly refill?: Refill;
  /**
   * How many seconds pass for the buckets in one second of the client; 1 by default. At 60, a minute's
   * requests come in one second. Nothing else is scaled: x-ratelimit-reset says when more requests
   * are added in the client's own time, rounded up to its next whole second (see `fractionalReset`);
   * tokens, cursors and latency go by the client's time too.
   */
  readonly timeScale?: number;
  /**
   * x-ratelimit-reset with three decimals. Auth0 sends whole seconds, but at a `timeScale` of 60 a
   * whole second is a minute of the buckets, and rounding would cost a client what it never costs there.
   */
  readonly fractionalReset?: boolean;
  /** 429 carries Retry-After; false by default, as documented. */
  readonly retryAfter?: boolean;
  /** The tenant's applications; by default one, with `OPERATOR_SCOPES`. */
  readonly clients?: readonly ClientOptions[];
  /** The Management API's identifier; by default `https://{host}/api/v2/` of the host that is used. */
  readonly audience?: string;
  /** Of tokens; a day by default. */
  readonly tokenLifetimeSeconds?: number;
  /** The most organizations of the tenant; 100,000 by default. */
  readonly entityLimit?: number;
  /** Whether a metadata value may be an empty string; false by default. */
  readonly emptyMetadata?: boolean;
  /** Adds the fields that tenants of 2026 add to every organization; false by default. */
  readonly newerTenant?: boolean;
}

/** What a token made by hand says; see `Auth0Sandbox.mintToken`. */
export interface TokenOptions {
  /** `OPERATOR_SCOPES` by default. */
  readonly scopes?: readonly string[];
  /** Seconds; a day by default. */
  readonly expiresIn?: number;
  readonly audience?: string;
}

export interface Auth0Sandbox extends Sandbox, Tenant {
  /** Host and port, as the setting `auth0.domain` takes it. */
  readonly domain: string;
  readonly audience: string;
  readonly tokenEndpoint: string;
  /** The id and secret of the first client. */
  readonly clientId: string;
  readonly clientSecret: string;
  readonly addClient: Clients['add'];
  readonly rotateSecret: Clients['rotateSecret'];
  /** A token as a person copies it from the dashboard. */
  mintToken(options?: TokenOptions): string;
  /** The API answers `Invalid token` to all tokens so far. */
  revokeTokens(): void;
  /** The API answers `Expired token …` to all tokens so far, whatever their `exp` says. */
  expireTokens(): void;
  /** Starts another client of the tenant that takes a share of a bucket. */
  competitor(options: CompetitorOptions): Competitor;
  /** Each bucket now, with the lowest that requests left in it and how many it refused. */
  buckets(): Readonly<Partial<Record<BucketName, BucketState>>>;
  /** Answers with 429 so far, those of faults included. */
  tooManyRequests(): number;
}

const DAY_S = 86_400;

/** A stand-in of an Auth0 tenant on loopback that enforces what Auth0 documents. */
export async function startAuth0Sandbox(options: Auth0Options = {}): Promise<Auth0Sandbox> {
  const now = options.now ?? Date.now;
  const initial = options.clients ?? [
    { clientId: 'sandbox-client', clientSecret: 'sandbox-secret', scopes: OPERATOR_SCOPES },
  ];
  const lifetimeSeconds = options.tokenLifetimeSeconds ?? DAY_S;
  const clients = openClients(initial);
  const organizations = openOrganizationStore(now);
  const connections = openConnectionStore();
  const limiter = openLimiter({
    limits: {
      ...PLANS[options.plan ?? 'enterprise'],
      ...options.limits,
      ...(options.hiddenLimit ? { hidden: options.hiddenLimit } : {}),
    },
    refill: options.refill ?? 'continuous',
    timeScale: options.timeScale ?? 1,
    fractionalReset: options.fractionalReset ?? false,
    now,
  });
  const audience = (host: string) => options.audience ?? `https://${host.toLowerCase()}/api/v2/`;
  const tokens = openTokens(now, () => `${server.url}/`);

  const server = await startServer(
    options,
    routeApi({
      endpoints: [
        ...organizationEndpoints({
          organizations,
          connections,
          checkpoints: openCheckpoints(now),
          entityLimit: options.entityLimit ?? 100_000,
          emptyMetadata: options.emptyMetadata ?? false,
          extraFields: options.newerTenant
            ? { third_party_client_access: 'block', is_app_entitlement_active: false }
            : {},
        }),
        ...organizationConnectionEndpoints(organizations, connections),
        ...connectionEndpoints(connections, organizations, now),
      ],
      limiter,
      tokens,
      audience,
      retryAfter: options.retryAfter ?? false,
      oauthToken: tokenEndpoint({ clients, tokens, now, lifetimeSeconds, audience }),
    }),
  );

  return {
    ...server,
    ...openTenant(organizations, connections, options.emptyMetadata ?? false),
    domain: server.host,
    audience: audience(server.host),
    tokenEndpoint: `${server.url}/oauth/token`,
    clientId: initial[0]?.clientId ?? '',
    clientSecret: initial[0]?.clientSecret ?? '',
    addClient: clients.add,
    rotateSecret: clients.rotateSecret,
    mintToken: (wanted = {}) =>
      tokens.issue({
        clientId: 'by-hand',
        scopes: wanted.scopes ?? OPERATOR_SCOPES,
        audience: wanted.audience ?? audience(server.host),
        expiresIn: wanted.expiresIn ?? DAY_S,
      }),
    revokeTokens: tokens.revokeAll,
    expireTokens: tokens.expireAll,
    competitor: limiter.compete,
    buckets: limiter.state,
    tooManyRequests: () =>
      Object.values(server.requests.counts()).reduce((sum, each) => sum + (each[429] ?? 0), 0),
  };
}

export { ALL_SCOPES, OPERATOR_SCOPES };
