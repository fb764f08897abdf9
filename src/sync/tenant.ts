import type {
  EnabledConnection,
  NewOrganization,
  Organization,
  OrganizationChanges,
  OrganizationInFull,
} from '../auth0/organization.ts';

/**
 * What a sync needs of an Auth0 tenant. Every function is paced by the tenant's limits, retries
 * transient faults itself and rejects with a `Fault` that lasts: TargetUnavailable,
 * AuthenticationFailed or InsufficientScope end the sync; a change that Auth0 refuses (another 4xx)
 * rejects with `Refusal`, which concerns this change alone.
 * An aborted signal starts nothing new and ends waits at once; a request in flight is finished.
 */
export interface Tenant {
  /** Rejects with InsufficientScope when the token is known to lack one of these; else resolves. */
  requireScopes(scopes: readonly string[], signal: AbortSignal): Promise<void>;
  /** All organizations, page by page; a page that cannot be read rejects. */
  listOrganizations(signal: AbortSignal): AsyncIterable<readonly Organization[]>;
  readOrganization(id: string, signal: AbortSignal): Promise<OrganizationInFull | undefined>;
  readOrganizationByName(name: string, signal: AbortSignal): Promise<Organization | undefined>;
  /** `taken` when another organization has the name, or an earlier attempt's answer was lost. */
  createOrganization(body: NewOrganization, signal: AbortSignal): Promise<Organization | 'taken'>;
  /** `gone` when there is no such organization any more. */
  updateOrganization(
    id: string,
    changes: OrganizationChanges,
    signal: AbortSignal,
  ): Promise<Organization | 'gone'>;
  deleteOrganization(id: string, signal: AbortSignal): Promise<'deleted' | 'gone'>;
  /** The id of the tenant's connection of this name. */
  findConnection(name: string, signal: AbortSignal): Promise<string | undefined>;
  listEnabledConnections(
    organizationId: string,
    signal: AbortSignal,
  ): Promise<readonly EnabledConnection[]>;
  /** Enables it, or sets its `assignMembershipOnLogin` where it is enabled already. */
  enableConnection(
    organizationId: string,
    connection: EnabledConnection,
    signal: AbortSignal,
  ): Promise<void>;
  /** Requests sent to Auth0 so far, attempts included. */
  requestCount(): number;
}
