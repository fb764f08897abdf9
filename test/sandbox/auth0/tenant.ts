import type { z } from 'zod';
import { NewConnection } from './connection-endpoints.ts';
import type { Connection, ConnectionStore } from './connection-store.ts';
import { enable, viewEnabled } from './enablement.ts';
import {
  organizationBodies,
  type OrganizationBody,
  type OrganizationChange,
} from './organization-body.ts';
import type { OrganizationStore } from './organization-store.ts';
import { judge } from './payload.ts';

/** An organization of the tenant as a whole. */
export interface OrganizationSnapshot extends OrganizationBody {
  readonly id: string;
  readonly enabled_connections: readonly Readonly<Record<string, unknown>>[];
}

/** An organization as POST takes it, and its id where a test needs a certain one. */
export type SeededOrganization = z.infer<ReturnType<typeof organizationBodies>['create']> & {
  readonly id?: string;
};

/** What a person does in the dashboard: no limits, no token, but the same rules for every field. */
export interface Tenant {
  /** In order of creation. */
  organizations(): readonly OrganizationSnapshot[];
  /** Adds organizations; their ids. Throws when one breaks Auth0's rules or a name is taken. */
  seed(organizations: readonly SeededOrganization[]): readonly string[];
  /** Changes an organization as PATCH does: metadata is replaced. */
  editOrganization(id: string, changes: OrganizationChange): void;
  removeOrganization(id: string): void;
  /** Adds a connection of the tenant; its id. */
  addConnection(connection: Omit<Connection, 'id'>): string;
  connections(): readonly Connection[];
}

/** Every tenant begins with Auth0's default database. */
export const DEFAULT_CONNECTION = 'Username-Password-Authentication';

export function openTenant(
  organizations: OrganizationStore,
  connections: ConnectionStore,
  emptyMetadata: boolean,
): Tenant {
  const schemas = organizationBodies(emptyMetadata);
  connections.add({ name: DEFAULT_CONNECTION, strategy: 'auth0' });

  function existing(id: string) {
    const organization = organizations.get(id);
    if (!organization) throw new RangeError(`there is no organization "${id}"`);
    return organization;
  }

  function refuseTakenName(name: string | undefined, except?: string): void {
    const holder = name === undefined ? undefined : organizations.byName(name);
    if (holder && holder.id !== except) throw new RangeError(`the name "${name}" is taken`);
  }

  return {
    organizations: () =>
      organizations.all().map(({ id, body, connections: enabled }) => ({
        id,
        ...body,
        enabled_connections: [...enabled.values()]
          .filter(({ is_enabled }) => is_enabled)
          .map((enablement) => viewEnabled(enablement, connections)),
      })),
    seed: (bodies) =>
      bodies.map(({ id, ...body }) => {
        insist(schemas.create, body);
        refuseTakenName(body.name);
        const { enabled_connections: enabled = [], ...fields } = body;
        const added = organizations.add(fields, id);
        for (const wanted of enabled) {
          const enablement = enable(added, wanted, connections);
          if ('status' in enablement) throw new RangeError(`cannot enable ${wanted.connection_id}`);
          added.connections.set(wanted.connection_id, enablement);
        }
        return added.id;
      }),
    editOrganization(id, changes) {
      const organization = existing(id);
      insist(schemas.update, changes);
      refuseTakenName(changes.name, id);
      organizations.replace(organization, { ...organization.body, ...changes });
    },
    removeOrganization: (id) => organizations.remove(existing(id)),
    addConnection(connection) {
      insist(NewConnection, connection);
      return connections.add(connection).id;
    },
    connections: connections.all,
  };
}

function insist(schema: z.ZodType, value: unknown): void {
  const { complaint } = judge(schema, value);
  if (complaint !== undefined) throw new RangeError(complaint);
}
