import { z } from 'zod';
import { Fault } from '../api/fault.ts';
import type { Log } from '../telemetry/log.ts';
import type { Random } from '../time/backoff.ts';
import type { Clock } from '../time/clock.ts';
import {
  ConnectionAnswers,
  EnabledConnectionAnswers,
  OrganizationAnswer,
  OrganizationPage,
  toOrganization,
} from './answers.ts';
import type { Credentials } from './credentials.ts';
import { openFetch, type Fetch } from './exchange.ts';
import type {
  EnabledConnection,
  NewOrganization,
  Organization,
  OrganizationChanges,
  OrganizationInFull,
} from './organization.ts';
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
  /** Called right before each write goes out; throws when it must not. */
  readonly mayWrite?: (() => void) | undefined;
  /** Sent with each request as X-Correlation-ID, so that it is found in the tenant's logs. */
  readonly correlationId?: (() => string | undefined) | undefined;
}

/** The documented maximum on the public cloud; what a page really holds is never relied on. */
const PAGE_SIZE = 50;
/** A connection can be found missing only when all of an organization's are read; 10 is the maximum. */
const CONNECTIONS_PAGE = 50;
/** The API cuts no longer header than this. */
const LONGEST_CORRELATION_ID = 64;

const sharedFetch: { fetch?: Fetch } = {};

/** The client of one tenant; it fulfils `Tenant` of the engine. Opens no connection yet. */
export function openTenant(options: TenantOptions) {
  const { domain, clock, random, onRequest } = options;
  const fetch = options.fetch ?? (sharedFetch.fetch ??= openFetch());
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
  const send = openRequests({
    domain,
    tokens,
    pacer: options.pacer,
    share: options.requestBudget / 100,
    fetch,
    clock,
    random,
    onRequest: count,
    mayWrite: options.mayWrite ?? (() => {}),
    headers() {
      const id = options.correlationId?.()?.slice(0, LONGEST_CORRELATION_ID);
      return id === undefined ? {} : { 'X-Correlation-ID': id };
    },
  });

  return {
    async requireScopes(scopes: readonly string[], signal: AbortSignal): Promise<void> {
      const { scopes: granted } = await tokens.get(signal);
      const missing = granted && scopes.filter((scope) => !granted.has(scope));
      if (missing === undefined || missing.length === 0) return;
      throw new Fault(
        'InsufficientScope',
        `The token for ${domain} lacks the scopes ${missing.join(', ')}. Grant them to the application for the Management API; nothing was written.`,
      );
    },

    async *listOrganizations(signal: AbortSignal): AsyncGenerator<readonly Organization[]> {
      const seen = new Set<string>();
      let from: string | undefined;
      for (;;) {
        const query = { take: PAGE_SIZE, ...(from === undefined ? {} : { from }) };
        const page = await send(
          {
            endpoint: 'list',
            isWrite: false,
            call: (sdk) => sdk.organizations.list(query),
            body: OrganizationPage,
          },
          signal,
        );
        yield page.organizations.map(toOrganization);
        if (!page.next) return;
        if (seen.has(page.next)) throw endlessListing(domain);
        seen.add(page.next);
        from = page.next;
      }
    },

    async readOrganization(
      id: string,
      signal: AbortSignal,
    ): Promise<OrganizationInFull | undefined> {
      const body = await send(
        {
          endpoint: 'byId',
          isWrite: false,
          call: (sdk) => sdk.organizations.get(id),
          body: OrganizationAnswer,
          meanings: { 404: 'absent' } as const,
        },
        signal,
      );
      return body === 'absent' ? undefined : { ...toOrganization(body), body };
    },

    async readOrganizationByName(
      name: string,
      signal: AbortSignal,
    ): Promise<Organization | undefined> {
      const body = await send(
        {
          endpoint: 'byName',
          isWrite: false,
          call: (sdk) => sdk.organizations.getByName(name),
          body: OrganizationAnswer,
          meanings: { 404: 'absent' } as const,
        },
        signal,
      );
      return body === 'absent' ? undefined : toOrganization(body);
    },

    async createOrganization(
      { name, displayName, metadata, connections }: NewOrganization,
      signal: AbortSignal,
    ): Promise<Organization | 'taken'> {
      const request = {
        name,
        display_name: displayName,
        metadata: { ...metadata },
        ...(connections.length === 0
          ? {}
          : { enabled_connections: connections.map(connectionBody) }),
      };
      const body = await send(
        {
          endpoint: 'organizationWrites',
          isWrite: true,
          call: (sdk) => sdk.organizations.create(request),
          body: OrganizationAnswer,
          meanings: { 409: 'taken' } as const,
        },
        signal,
      );
      return body === 'taken' ? body : toOrganization(body);
    },

    async updateOrganization(
      id: string,
      { name, displayName, metadata }: OrganizationChanges,
      signal: AbortSignal,
    ): Promise<Organization | 'gone'> {
      const request = {
        ...(name === undefined ? {} : { name }),
        ...(displayName === undefined ? {} : { display_name: displayName }),
        ...(metadata === undefined ? {} : { metadata: { ...metadata } }),
      };
      const body = await send(
        {
          endpoint: 'organizationWrites',
          isWrite: true,
          call: (sdk) => sdk.organizations.update(id, request),
          body: OrganizationAnswer,
          meanings: { 404: 'gone' } as const,
        },
        signal,
      );
      return body === 'gone' ? body : toOrganization(body);
    },

    async deleteOrganization(id: string, signal: AbortSignal): Promise<'deleted' | 'gone'> {
      return send(
        {
          endpoint: 'organizationWrites',
          isWrite: true,
          call: (sdk) => sdk.organizations.delete(id),
          body: z.unknown().transform(() => 'deleted' as const),
          meanings: { 404: 'gone' } as const,
        },
        signal,
      );
    },

    async findConnection(name: string, signal: AbortSignal): Promise<string | undefined> {
      const found = await send(
        {
          endpoint: 'connectionReads',
          isWrite: false,
          call: (sdk) => sdk.connections.list({ name }),
          body: ConnectionAnswers,
        },
        signal,
      );
      return found.find((connection) => connection.name === name)?.id;
    },

    async listEnabledConnections(
      organizationId: string,
      signal: AbortSignal,
    ): Promise<readonly EnabledConnection[]> {
      const query = { page: 0, per_page: CONNECTIONS_PAGE, include_totals: true };
      const enabled = await send(
        {
          endpoint: 'connectionReads',
          isWrite: false,
          call: (sdk) => sdk.organizations.enabledConnections.list(organizationId, query),
          body: EnabledConnectionAnswers,
        },
        signal,
      );
      return enabled.map((each) => ({
        connectionId: each.connection_id,
        assignMembershipOnLogin: each.assign_membership_on_login,
      }));
    },

    async enableConnection(
      organizationId: string,
      connection: EnabledConnection,
      signal: AbortSignal,
    ): Promise<void> {
      const added = await send(
        {
          endpoint: 'connectionWrites',
          isWrite: true,
          call: (sdk) =>
            sdk.organizations.enabledConnections.add(organizationId, connectionBody(connection)),
          body: z.unknown(),
          meanings: { 409: 'enabled already' } as const,
        },
        signal,
      );
      if (added !== 'enabled already') return;
      const { connectionId, assignMembershipOnLogin } = connection;
      const change = { assign_membership_on_login: assignMembershipOnLogin };
      await send(
        {
          endpoint: 'connectionWrites',
          isWrite: true,
          call: (sdk) =>
            sdk.organizations.enabledConnections.update(organizationId, connectionId, change),
          body: z.unknown(),
        },
        signal,
      );
    },

    requestCount: () => requests,
  };
}

function connectionBody({ connectionId, assignMembershipOnLogin }: EnabledConnection) {
  return { connection_id: connectionId, assign_membership_on_login: assignMembershipOnLogin };
}

function endlessListing(domain: string): Fault {
  return new Fault(
    'TargetUnavailable',
    `Auth0 (${domain}) lists its organizations in a circle, so the listing cannot be trusted. Nothing was written; the next sync reads them again.`,
  );
}
