import type { Answer } from '../exchange.ts';
import { invalidBody, refusal } from './answers.ts';
import type { ConnectionStore } from './connection-store.ts';
import type { Enablement, StoredOrganization, WantedEnablement } from './organization-store.ts';

/** Auth0's limit of connections of an organization. */
const MOST_CONNECTIONS = 10;

/** The enablement that a request asks for, on top of what is there; or the refusal of it. */
export function enable(
  organization: StoredOrganization,
  wanted: WantedEnablement,
  connections: ConnectionStore,
): Enablement | Answer {
  const connection = connections.get(wanted.connection_id);
  if (!connection) {
    return invalidBody(`'No connection found by that id' on property connection_id`);
  }
  const before = organization.connections.get(wanted.connection_id);
  if (!before && organization.connections.size >= MOST_CONNECTIONS) {
    return refusal(
      409,
      `An organization has at most ${MOST_CONNECTIONS} connections`,
      'too_many_connections',
    );
  }
  const enablement: Enablement = {
    assign_membership_on_login: false,
    show_as_button: true,
    is_enabled: true,
    ...before,
    ...wanted,
  };
  if (enablement.is_signup_enabled) {
    if (connection.strategy !== 'auth0') {
      return invalidBody(`'Only applicable to database connections' on property is_signup_enabled`);
    }
    if (!enablement.assign_membership_on_login) {
      return invalidBody(`'Needs assign_membership_on_login' on property is_signup_enabled`);
    }
  }
  return enablement;
}

/** An enablement as `enabled_connections` shows it. */
export function viewEnabled(
  enablement: Enablement,
  connections: ConnectionStore,
): Record<string, unknown> {
  const connection = connections.get(enablement.connection_id);
  return {
    connection_id: enablement.connection_id,
    assign_membership_on_login: enablement.assign_membership_on_login,
    ...(enablement.is_signup_enabled === undefined
      ? {}
      : { is_signup_enabled: enablement.is_signup_enabled }),
    show_as_button: enablement.show_as_button,
    connection: { name: connection?.name, strategy: connection?.strategy },
  };
}

/** An enablement as the newer `connections` shows it. */
export function viewAny(
  enablement: Enablement,
  connections: ConnectionStore,
): Record<string, unknown> {
  const { is_enabled, organization_connection_name, organization_access_level } = enablement;
  return {
    ...viewEnabled(enablement, connections),
    is_enabled,
    ...(organization_connection_name === undefined ? {} : { organization_connection_name }),
    ...(organization_access_level === undefined ? {} : { organization_access_level }),
  };
}
