import type { EnabledConnection, Organization } from '../../../src/auth0/organization.ts';
import { Refusal } from '../../../src/auth0/refusal.ts';
import type { Observer } from '../../../src/sync/observer.ts';
import type { Tenant } from '../../../src/sync/tenant.ts';

export interface MemoryTenant extends Tenant {
  readonly organizations: Map<string, Organization>;
  readonly enabled: Map<string, Map<string, boolean>>;
  /** The ids of the tenant's connections by name. */
  readonly connections: Map<string, string>;
  /** One line a call, for instance `PATCH org_1 {"displayName":"X"}`. */
  readonly calls: string[];
  /** Thrown by the call whose line starts with the key; a number is a refusal with that status. */
  readonly faults: Map<string, Error | number>;
  /** Awaited by each call before it takes effect; what it throws, the call rejects with. */
  before: (line: string) => void | Promise<void>;
  /** Awaited by each call after it took effect; what it throws comes in place of the answer. */
  after: (line: string) => void | Promise<void>;
}

/** The same tenant, one of whose next listings misses the organization with this id. */
export function missingOnce(tenant: MemoryTenant, id: string, listing = 1): MemoryTenant {
  let listings = 0;
  return {
    ...tenant,
    async *listOrganizations(signal) {
      listings += 1;
      const misses = listings === listing;
      for await (const page of tenant.listOrganizations(signal)) {
        yield misses ? page.filter((organization) => organization.id !== id) : page;
      }
    },
  };
}

/** A tenant in memory that obeys Auth0's rules on names and answers as the client promises. */
export function memoryTenant(
  seed: readonly Organization[] = [],
  connections: ReadonlyMap<string, string> = new Map(),
): MemoryTenant {
  const organizations = new Map(seed.map((organization) => [organization.id, organization]));
  const enabled = new Map<string, Map<string, boolean>>();
  const calls: string[] = [];
  const faults = new Map<string, Error | number>();
  let made = 0;

  async function call<Result>(
    line: string,
    signal: AbortSignal,
    effect: () => Result,
  ): Promise<Result> {
    signal.throwIfAborted();
    calls.push(line);
    for (const [start, fault] of faults) {
      if (!line.startsWith(start)) continue;
      throw typeof fault === 'number' ? new Refusal(fault, `refused: ${start}`) : fault;
    }
    await tenant.before(line);
    const result = effect();
    await tenant.after(line);
    return result;
  }

  function named(name: string): Organization | undefined {
    return [...organizations.values()].find((organization) => organization.name === name);
  }

  const tenant: MemoryTenant = {
    organizations,
    enabled,
    connections: new Map(connections),
    calls,
    faults,
    before() {},
    after() {},
    requireScopes: (scopes, signal) => call(`SCOPES ${scopes.join(' ')}`, signal, () => {}),
    async *listOrganizations(signal) {
      const all = [...organizations.values()];
      for (let from = 0; from === 0 || from < all.length; from += 50) {
        yield await call(`LIST ${from}`, signal, () => all.slice(from, from + 50));
      }
    },
    readOrganization: (id, signal) =>
      call(`GET ${id}`, signal, () => {
        const found = organizations.get(id);
        return found && { ...found, body: { ...found, branding: { logo: 'kept' } } };
      }),
    readOrganizationByName: (name, signal) => call(`NAME ${name}`, signal, () => named(name)),
    createOrganization: ({ name, displayName, metadata, connections: wanted }, signal) =>
      call(`POST ${name}`, signal, () => {
        if (named(name)) return 'taken';
        made += 1;
        const organization = { id: `org_made${made}`, name, displayName, metadata };
        organizations.set(organization.id, organization);
        enabled.set(organization.id, connectionMap(wanted));
        return organization;
      }),
    updateOrganization: (id, set, signal) =>
      call(`PATCH ${id} ${JSON.stringify(set)}`, signal, () => {
        const before = organizations.get(id);
        if (!before) return 'gone';
        const holder = set.name === undefined ? undefined : named(set.name);
        if (holder && holder.id !== id) throw new Refusal(409, 'name taken');
        const after = { ...before, ...set };
        organizations.set(id, after);
        return after;
      }),
    deleteOrganization: (id, signal) =>
      call(`DELETE ${id}`, signal, () => {
        enabled.delete(id);
        return organizations.delete(id) ? 'deleted' : 'gone';
      }),
    findConnection: (name, signal) =>
      call(`CONNECTION ${name}`, signal, () => tenant.connections.get(name)),
    listEnabledConnections: (id, signal) =>
      call(`CONNECTIONS ${id}`, signal, () => {
        if (!organizations.has(id)) throw new Refusal(404, 'no such organization');
        return [...(enabled.get(id) ?? [])].map(([connectionId, assignMembershipOnLogin]) => ({
          connectionId,
          assignMembershipOnLogin,
        }));
      }),
    enableConnection: (id, connection, signal) =>
      call(`ENABLE ${id} ${connection.connectionId}`, signal, () => {
        const present = enabled.get(id) ?? new Map<string, boolean>();
        enabled.set(id, present.set(connection.connectionId, connection.assignMembershipOnLogin));
      }),
    requestCount: () => calls.filter((line) => !line.startsWith('SCOPES')).length,
  };
  return tenant;
}

function connectionMap(connections: readonly EnabledConnection[]): Map<string, boolean> {
  return new Map(connections.map((each) => [each.connectionId, each.assignMembershipOnLogin]));
}

/** The calls that change something. */
export function writes(tenant: MemoryTenant): readonly string[] {
  return tenant.calls.filter((line) => /^(POST|PATCH|DELETE|ENABLE)/.test(line));
}

/** Remembers what a sync tells its watchers. */
export function recordingObserver(): Observer & {
  readonly phases: string[];
  readonly audits: Parameters<Observer['changed']>[0][];
  readonly failures: string[];
} {
  const phases: string[] = [];
  const audits: Parameters<Observer['changed']>[0][] = [];
  const failures: string[] = [];
  return {
    phases,
    audits,
    failures,
    progress: (phase, done, total) => void phases.push(`${phase} ${done}/${total}`),
    changed: (audit) => void audits.push(audit),
    failed: (operation, id, message) => void failures.push(`${operation} ${id}: ${message}`),
  };
}
