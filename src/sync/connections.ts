import { Fault } from '../api/fault.ts';
import type { EnabledConnection } from '../auth0/organization.ts';
import { Refusal } from '../auth0/refusal.ts';
import { CHANGES_IN_FLIGHT } from './apply.ts';
import { connectionState } from './audit.ts';
import type { Observer } from './observer.ts';
import { markOf } from './ownership.ts';
import { pool } from './pool.ts';
import { addFailure, type Applied } from './report.ts';
import type { ConnectionSetting } from './settings.ts';
import { doubt, type TenantMemory } from './snapshot.ts';
import type { Tenant } from './tenant.ts';

/** Organizations that one list request returns; a check is as long as the reading was. */
const ROWS_PER_LIST_REQUEST = 50;

/**
 * The ids of the configured connections. Rejects with ConnectionNotFound before anything is
 * written. Asks Auth0 only for names that the memory does not know, or for all when `again`.
 * When some are new since the last sync, no organization is known to have them all, and a check of
 * every one is due.
 */
export async function resolveConnections(
  tenant: Tenant,
  memory: TenantMemory,
  settings: readonly ConnectionSetting[],
  again: boolean,
  signal: AbortSignal,
): Promise<readonly EnabledConnection[]> {
  if (again) memory.connectionIds.clear();
  const connections: EnabledConnection[] = [];
  for (const { name, assignMembershipOnLogin } of settings) {
    const connectionId =
      memory.connectionIds.get(name) ?? (await tenant.findConnection(name, signal));
    if (connectionId === undefined) {
      throw new Fault(
        'ConnectionNotFound',
        `The tenant has no connection named ${JSON.stringify(name)}, so nothing was written. Create it in Auth0, or correct auth0.connections; names have upper and lower case.`,
      );
    }
    memory.connectionIds.set(name, connectionId);
    connections.push({ connectionId, assignMembershipOnLogin });
  }
  const known = memory.connections;
  if (known !== undefined && missing(connections, known).length > 0) {
    memory.connected.clear();
    memory.checkAllConnections = true;
  }
  memory.connections = connections;
  return connections;
}

/**
 * Checks organizations that are not known to have the connections, and enables what is missing.
 * A check costs a request for each organization, so a routine sync takes as many as it took list
 * requests (`some`), and the tenant is checked over many syncs; `all` takes every one. Those that
 * syncs have only just made theirs are always taken. Those that were refused before come last, so
 * that they never keep the others waiting.
 */
export async function repairConnections(
  tenant: Tenant,
  memory: TenantMemory,
  connections: readonly EnabledConnection[],
  extent: 'all' | 'some' | 'new',
  applied: Applied,
  observer: Observer,
  signal: AbortSignal,
): Promise<void> {
  const { newlyManaged } = memory;
  if (connections.length === 0) return newlyManaged.clear();
  const unknown = [...memory.organizations.values()].filter(
    (organization) =>
      !memory.connected.has(organization.id) && markOf(organization) === organization.name,
  );
  const refused = memory.refusedConnections;
  const fresh = unknown.filter(({ id }) => newlyManaged.has(id));
  const others = unknown.filter(({ id }) => !newlyManaged.has(id));
  const queue = [
    ...others.filter(({ id }) => !refused.has(id)),
    ...others.filter(({ id }) => refused.has(id)),
  ];
  const share = Math.ceil(memory.organizations.size / ROWS_PER_LIST_REQUEST);
  const shares = { all: queue.length, some: share, new: 0 };
  const checked = [...fresh, ...queue.slice(0, shares[extent])];
  let done = 0;

  await pool(
    checked,
    CHANGES_IN_FLIGHT,
    async ({ id, name }, signal) => {
      try {
        const enabled = await tenant.listEnabledConnections(id, signal);
        for (const connection of missing(connections, enabled)) {
          await tenant.enableConnection(id, connection, signal);
          const { connectionId } = connection;
          const present = enabled.find((each) => each.connectionId === connectionId);
          observer.changed({
            operation: 'connect',
            institutionId: name,
            organizationId: id,
            organizationName: name,
            before: present === undefined ? null : connectionState(present),
            after: connectionState(connection),
          });
        }
        memory.connected.add(id);
        refused.delete(id);
        newlyManaged.delete(id);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const { statusCode, message } = error;
        refused.add(id);
        newlyManaged.delete(id);
        if (statusCode === 404) doubt(memory);
        addFailure(applied, { institutionId: name, operation: 'connect', statusCode, message });
        observer.failed('connect', name, message);
      }
      done += 1;
      observer.progress('CheckingConnections', done, checked.length);
    },
    signal,
  );
  signal.throwIfAborted();
  if (extent === 'all') memory.checkAllConnections = false;
}

function missing(
  wanted: readonly EnabledConnection[],
  enabled: readonly EnabledConnection[],
): readonly EnabledConnection[] {
  return wanted.filter(
    (connection) =>
      !enabled.some(
        (present) =>
          present.connectionId === connection.connectionId &&
          present.assignMembershipOnLogin === connection.assignMembershipOnLogin,
      ),
  );
}
