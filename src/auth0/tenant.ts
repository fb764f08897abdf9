import { Fault } from '../api/fault.ts';
import type { Log } from '../telemetry/log.ts';
import type { Random } from '../time/backoff.ts';
import type { Clock } from '../time/clock.ts';
import { openConnections } from './connections.ts';
import type { Credentials } from './credentials.ts';
import { sharedFetch, type Fetch } from './fetch.ts';
import { openOrganizations } from './organizations.ts';
import type { Pacer } from './pacing/pacer.ts';
import { openRequests } from './request.ts';
import { openTokenSource } from './token.ts';

export interface TenantOptions {
  /** `host` or `host:port`. */
  readonly domain: string;
  readonly audience: string;
  readonly tokenEndpoint: string;
  readonly credentials: Credentials;
  /** Shared among all clients of one tenant in this process. */
  readonly pacer: Pacer;
  /** Percent of the tenant's limits that may be used, 1 to 100. */
  readonly requestBudget: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly fetch?: Fetch | undefined;
  /** Called for each request with the answer's status; undefined when there was no answer. */
  readonly onRequest?: ((endpoint: string, status: number | undefined) => void) | undefined;
  /** As `TokenSourceOptions.onExpiry`. */
  readonly onExpiry?: ((expiresAt: number | undefined) => void) | undefined;
  /** Called before each write, and again when its bytes are about to go out; throws when it must not. */
  readonly mayWrite?: (() => void) | undefined;
  /** Sent with each request as X-Correlation-ID, so that it is found in the tenant's logs. */
  readonly correlationId?: (() => string | undefined) | undefined;
}

/** Auth0's limit of the header X-Correlation-ID. */
const LONGEST_CORRELATION_ID = 64;

/** The client of one tenant; it fulfils `Tenant` of the engine. Opens no connection yet. */
export function openTenant(options: TenantOptions) {
  const { domain, onRequest } = options;
  const fetch = options.fetch ?? sharedFetch();
  let requests = 0;

  function count(endpoint: string, status: number | undefined): void {
    requests += 1;
    onRequest?.(endpoint, status);
  }

  const tokens = openTokenSource({
    ...options,
    fetch,
    onRequest: (status) => count('token', status),
  });
  const { credentials } = options;
  const send = openRequests({
    ...options,
    tokens,
    secrets: credentials.kind === 'secret' ? [credentials.clientSecret] : [],
    share: options.requestBudget / 100,
    fetch,
    onRequest: count,
    mayWrite: options.mayWrite ?? (() => {}),
    headers: () => correlation(options.correlationId?.()),
  });

  return {
    async requireScopes(scopes: readonly string[], signal: AbortSignal): Promise<void> {
      const token = await tokens.get(signal);
      const missing = scopes.filter((scope) => token.scopes?.has(scope) === false);
      if (missing.length === 0) return;
      tokens.outdate(token);
      const [scope, it] = missing.length === 1 ? ['scope', 'it'] : ['scopes', 'them'];
      throw new Fault(
        'InsufficientScope',
        `The token for ${domain} lacks the ${scope} ${missing.join(', ')}. Grant ${it} to the application for the Management API; nothing was written.`,
      );
    },
    ...openOrganizations(domain, send),
    ...openConnections(send),
    requestCount: () => requests,
  };
}

function correlation(id: string | undefined): Readonly<Record<string, string>> {
  const value = id?.replaceAll(/[^\x21-\x7e]/g, '').slice(0, LONGEST_CORRELATION_ID);
  return value ? { 'x-correlation-id': value } : {};
}
