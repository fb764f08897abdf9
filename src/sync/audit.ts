import type {
  EnabledConnection,
  Organization,
  OrganizationChanges,
} from '../auth0/organization.ts';

/** An organization or a part of it, in Auth0's own names. */
export type AuditState = Readonly<Record<string, unknown>>;

/** One change that was made in Auth0. */
export interface Audit {
  readonly operation: 'create' | 'update' | 'delete' | 'connect';
  readonly institutionId: string;
  readonly organizationId: string;
  /** Its name after the change; of a removed one, the last. */
  readonly organizationName: string;
  /**
   * What was there: of an update the changed fields alone, of a removal the whole last state, so that
   * it can be made again; null where there was nothing.
   */
  readonly before: AuditState | null;
  /** What is there now, likewise. */
  readonly after: AuditState | null;
}

/** The whole state of an organization that was made or found. */
export function wholeState(
  { name, displayName, metadata }: Omit<Organization, 'id'>,
  connections: readonly EnabledConnection[] = [],
): AuditState {
  return {
    name,
    display_name: displayName ?? null,
    metadata,
    ...(connections.length > 0 && { enabled_connections: connections.map(connectionState) }),
  };
}

/** The changed fields alone, and of the metadata the changed keys; null stands for an absent key. */
export function changedStates(
  organization: Organization,
  set: OrganizationChanges,
): Pick<Audit, 'before' | 'after'> {
  const before: Record<string, unknown> = {};
  const after: Record<string, unknown> = {};
  if (set.name !== undefined) {
    before['name'] = organization.name;
    after['name'] = set.name;
  }
  if (set.displayName !== undefined) {
    before['display_name'] = organization.displayName ?? null;
    after['display_name'] = set.displayName;
  }
  if (set.metadata !== undefined) {
    const old = new Map(Object.entries(organization.metadata));
    const now = new Map(Object.entries(set.metadata));
    const changed = [...new Set([...old.keys(), ...now.keys()])].filter(
      (key) => old.get(key) !== now.get(key),
    );
    before['metadata'] = Object.fromEntries(changed.map((key) => [key, old.get(key) ?? null]));
    after['metadata'] = Object.fromEntries(changed.map((key) => [key, now.get(key) ?? null]));
  }
  return { before, after };
}

/** A connection as it is enabled for an organization. */
export function connectionState(connection: EnabledConnection): AuditState {
  return {
    connection_id: connection.connectionId,
    assign_membership_on_login: connection.assignMembershipOnLogin,
  };
}
