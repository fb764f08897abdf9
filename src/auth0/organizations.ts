import { z } from 'zod';
import { Fault } from '../api/fault.ts';
import {
  OrganizationAnswer,
  OrganizationInFullAnswer,
  OrganizationPage,
  toOrganization,
} from './answers.ts';
import { connectionBody } from './connections.ts';
import type {
  NewOrganization,
  Organization,
  OrganizationChanges,
  OrganizationInFull,
} from './organization.ts';
import type { SendRequest } from './request.ts';

/** The documented maximum on the public cloud; what a page really holds is never relied on. */
const PAGE_SIZE = 50;

/** Twice as many as Auth0 holds at most: rows may repeat. A listing with more has no end. */
const MOST_ROWS = 4_000_000;
/** Pages without a row, one after the other. */
const MOST_EMPTY_PAGES = 100;

const Nothing = z.unknown();

/** The tenant's organizations. */
export function openOrganizations(domain: string, send: SendRequest) {
  return {
    async *listOrganizations(signal: AbortSignal): AsyncGenerator<readonly Organization[]> {
      const seen = new Set<string>();
      let from: string | undefined;
      let rows = 0;
      let empty = 0;
      for (;;) {
        const query = { take: PAGE_SIZE, from: from ?? null, include_totals: null };
        const page = await send(
          {
            endpoint: 'list',
            isWrite: false,
            concerns: 'tenant',
            call: (sdk) => sdk.organizations.list(query),
            body: OrganizationPage,
          },
          signal,
        );
        yield page.organizations.map(toOrganization);
        if (!page.next) return;
        rows += page.organizations.length;
        empty = page.organizations.length > 0 ? 0 : empty + 1;
        if (rows > MOST_ROWS || empty > MOST_EMPTY_PAGES || seen.has(page.next)) {
          throw endlessListing(domain);
        }
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
          concerns: 'organization',
          call: (sdk) => sdk.organizations.get(id),
          body: OrganizationInFullAnswer,
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
          concerns: 'organization',
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
          concerns: 'creation',
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
          concerns: 'organization',
          call: (sdk) => sdk.organizations.update(id, request),
          body: OrganizationAnswer,
          meanings: { 404: 'gone' } as const,
        },
        signal,
      );
      return body === 'gone' ? body : toOrganization(body);
    },

    async deleteOrganization(id: string, signal: AbortSignal): Promise<'deleted' | 'gone'> {
      const answer = await send(
        {
          endpoint: 'organizationWrites',
          isWrite: true,
          concerns: 'organization',
          call: (sdk) => sdk.organizations.delete(id),
          body: Nothing,
          meanings: { 404: 'gone' } as const,
        },
        signal,
      );
      return answer === 'gone' ? answer : 'deleted';
    },
  };
}

function endlessListing(domain: string): Fault {
  return new Fault(
    'TargetUnavailable',
    `Auth0 (${domain}) lists its organizations in a circle or without end, so the listing cannot be trusted. Nothing was written; the next sync reads them again.`,
  );
}
