import { z } from 'zod';
import { ConnectionAnswers, EnabledConnectionAnswers, toEnabledConnection } from './answers.ts';
import type { EnabledConnection } from './organization.ts';
import { Refusal } from './refusal.ts';
import type { SendRequest } from './request.ts';

/** A connection can be found missing only when all of an organization's are read; 10 is the maximum. */
const PAGE_SIZE = 50;

const Anything = z.unknown();

/** The tenant's connections, and which organization has which. */
export function openConnections(send: SendRequest) {
  return {
    async findConnection(name: string, signal: AbortSignal): Promise<string | undefined> {
      const found = await send(
        {
          endpoint: 'connectionReads',
          isWrite: false,
          concerns: 'tenant',
          // The SDK's own parameters ask for a kind of paging that has no use here.
          call: (sdk) => sdk.connections.list({ name, take: null, include_totals: null }),
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
      const query = { page: 0, per_page: PAGE_SIZE, include_totals: true };
      const enabled = await send(
        {
          endpoint: 'connectionReads',
          isWrite: false,
          concerns: 'organization',
          call: (sdk) => sdk.organizations.enabledConnections.list(organizationId, query),
          body: EnabledConnectionAnswers,
        },
        signal,
      );
      return enabled.map(toEnabledConnection);
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
          concerns: 'organization',
          call: (sdk) =>
            sdk.organizations.enabledConnections.add(organizationId, connectionBody(connection)),
          body: Anything,
          meanings: { 409: CONFLICT } as const,
        },
        signal,
      );
      if (added !== CONFLICT) return;
      const { connectionId, assignMembershipOnLogin } = connection;
      const change = { assign_membership_on_login: assignMembershipOnLogin };
      const changed = await send(
        {
          endpoint: 'connectionWrites',
          isWrite: true,
          concerns: 'organization',
          call: (sdk) =>
            sdk.organizations.enabledConnections.update(organizationId, connectionId, change),
          body: Anything,
          meanings: { 404: MISSING } as const,
        },
        signal,
      );
      // So the conflict was another one.
      if (changed === MISSING) {
        throw new Refusal(
          409,
          'Auth0 does not enable the connection. An organization has at most 10 connections.',
        );
      }
    },
  };
}

/** The connection is enabled already, or cannot be. */
const CONFLICT = Symbol('conflict');
const MISSING = Symbol('missing');

/** A connection as the API takes it. */
export function connectionBody({ connectionId, assignMembershipOnLogin }: EnabledConnection) {
  return { connection_id: connectionId, assign_membership_on_login: assignMembershipOnLogin };
}
