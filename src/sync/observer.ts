import type { Organization, OrganizationChanges } from '../auth0/organization.ts';

/** The steps of a sync as its watchers see them. */
export type Phase =
  'ReadingInstitutions' | 'ReadingOrganizations' | 'Applying' | 'CheckingConnections';

/** One change that was made in Auth0. */
export interface Audit {
  readonly operation: 'create' | 'update' | 'delete' | 'connect';
  readonly institutionId: string;
  readonly organizationId: string;
  /** What an update sets. */
  readonly set?: OrganizationChanges;
  readonly before?: Organization;
  /** The whole last state of a removed organization, so that it can be made again. */
  readonly body?: Readonly<Record<string, unknown>>;
}

/** Who watches a sync: status, progress bar, metrics, log. Must not throw. */
export interface Observer {
  /** `total` is 0 while it is not known. */
  progress(phase: Phase, done: number, total: number): void;
  changed(audit: Audit): void;
  failed(operation: Audit['operation'], institutionId: string, message: string): void;
}
